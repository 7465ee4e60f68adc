"""The keys of services that can be recognized by their beginning: a table of facts.

An entry: the service, the beginnings of its keys, and after `=` the alphabet of the rest and how many characters of
it a key has at least; or after `~` an expression, where the rest has parts.  The issuers publish these beginnings so
that scanners find leaked keys.  `scripts/redaction` lists what a maintained scanner knows and this table does not.
Loaded when a text has a word that may be a key, see `suspicion`.
"""

from __future__ import annotations

import re

from tibidi import TYPE_CHECKING
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ALPHABETS = {
    "d": "0-9", "h": "a-f0-9", "x": "A-Fa-f0-9", "l": "a-z0-9", "u": "A-Z0-9", "n": "A-Za-z0-9", "w": r"\w\-",
    "b": r"\w+/=\-", "p": r"\w.=~\-",
}  # fmt: skip

LONGEST_WORD = 29
UNMISTAKABLE = 6  # characters: no word goes on as the rest of a key does

TABLE = r"""
1Password A3- = w 30; 1Password ops_eyJ = b 60; Adobe p8e- = n 30; Age AGE-SECRET-KEY-1 = u 50
Airtable pat ~ \w{14}\.[a-f0-9]{60,}; Aiven AVNS_ = w 16; Alibaba LTAI = n 16; Anthropic sk-ant- = w 20
Artifactory AKCp cmVmd = n 50; Atlassian ATATT3 ATCTT3 ATBB = b 20
Authress sc_ ext_ scauth_ authress_ ~ [A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][\w.+/=-]{20,}
AWS AKIA ASIA ABIA ACCA A3T = u 13; AWS ABSK = b 60; AWS bedrock-api-key- = b 16; Beamer b_ ~ [a-z0-9=_-]{44}(?![\w-])
Buildkite bkua_ bkct_ = n 30; CircleCI CCIPAT_ CCIPRJ_ = w 30; ClickHouse 4b1d = n 38
Clojars CLOJARS_ clojars_ = n 40; Cloudflare v1.0- ~ [a-f0-9]{24}-[a-f0-9]{100,}; Contentful CFPAT- = w 30
Databricks dapi = h 32; Defined dnkey- = b 60; DigitalOcean dop_v1_ doo_v1_ dor_v1_ DOR_V1_ = x 40
Discord MD MT Mj Mz ND NT Nj Nz OD OT Oj Oz ~ [\w-]{21,30}\.[\w-]{6}\.[\w-]{27,}; Docker dckr_pat_ dckr_oat_ = w 20
Doppler dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit. = p 30; Dropbox sl. = w 60
Duffel duffel_test_ duffel_live_ = b 30; Dynatrace dt0c01. dt0s01. ~ [A-Za-z0-9]{20,}\.[A-Za-z0-9]{40,}
EasyPost EZAK EZTK = n 50; Facebook EAAM EAAC = n 80; Figma figd_ = w 30; Firecrawl fc- = h 32
Flutterwave FLWSECK_TEST- FLWPUBK_TEST- FLWSECK- FLWPUBK- = w 12; Fly fo1_ fm1a_ fm1r_ fm2_ = b 40
FrameIO fio-u- = b 50; GitHub ghp_ gho_ ghu_ ghs_ ghr_ = n 16; GitHub github_pat_ = w 20
GitLab glpat- gldt- glffct- glft- glimt- glagent- gloas- glptt- glrt- glsoat- glcbt- GR1348941 = p 16
GoCardless live_ = b 40; Google AIza = w 30; Google ya29. GOCSPX- = w 20; Grafana glc_ glsa_ = b 30; Groq gsk_ = n 40
Harness pat. sat. ~ [\w-]{20,24}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}; Heroku HRKU-AA = w 40
HuggingFace hf_ api_org_ = n 30; Infracost ico- = n 32; Intra42 s-s4t2ud- s-s4t2af- = x 60
LangSmith lsv2_pt_ lsv2_sk_ = x 30; Linear lin_api_ lin_oauth_ = n 36
JWT ey ~ (?:J[\w-]{5,}\.[\w-]{2,}(?:\.[\w-]*){1,3}|\w{15,}\.ey[\w\\/-]{15,}(?:\.[\w-]*){0,3})
JWT ZXlK eyJrIjoi = b 60; Logfire pylf_v = w 20; Lob live_ ~ (?:pub_)?[a-f0-9]{31,35}(?!\w); Mailgun key- pubkey- = h 32
Mapbox pk. sk. tk. ~ [A-Za-z0-9_-]{50,}\.[A-Za-z0-9_-]{20,}; Netlify nfp_ nfc_ nfo_ nfu_ = n 30
NewRelic NRJS- NRII- NRAK- NRRA- NRIQ- = w 19; Notion ntn_ = n 40; npm npm_ = n 30; NVIDIA nvapi- = w 40
Octopus API- = u 26; OpenAI sk- ~ (?!ecdsa|ssh)[\w-]{16,}; Perplexity pplx- = n 40; Pinecone pcsk_ = w 40
Plaid access-sandbox- access-development- access-production- = w 30
PlanetScale pscale_tkn_ pscale_oauth_ pscale_pw_ = p 30; PostHog phc_ phx_ = n 30; Postman PMAK- = w 50
Prefect pnu_ pnb_ = n 30; Pulumi pul- = h 40; PyPI pypi-AgE = w 30; Readme rdme_ = l 60; Replicate r8_ = n 30
RubyGems rubygems_ = h 40; Scalingo tk-us- = w 40; SendGrid SG. ~ [\w=-]{16,}\.[\w=.-]{16,}|[\w=.-]{60,}
Sendinblue xkeysib- xsmtpsib- = w 60; Sentry sntrys_ sntryu_ = b 40; SettleMint sm_aat_ sm_pat_ sm_sat_ = n 16
Shippo shippo_live_ shippo_test_ = x 30; Shopify shpat_ shpca_ shppa_ shpss_ = x 30
Slack xapp- xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe.xoxb- xoxe.xoxp- = w 10
Sonar squ_ sqp_ sqa_ = w 36; Sourcegraph sgp_ = w 36; Square EAAA sq0atp- sq0csp- = w 22
Stripe sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ pk_live_ whsec_ = n 10; Supabase sbp_ sb_secret_ = w 30
Tailscale tskey- = w 20; Tavily tvly- = w 24; Twilio SK ~ [a-fA-F0-9]{32}(?!\w); Typeform tfp_ = p 40
Vault hvs. hvb. hvr. = w 24; Vault s. ~ [A-Za-z0-9]{24}(?![\w.]); xAI xai- = n 40
Yandex t1. ~ [\w-]{1,400}={0,2}\.[\w-]{80,}; Yandex AQVN = w 35; Yandex YC ~ [\w-]{38}(?![\w-])
"""


class Kind(NamedTuple):
    """A kind of key: its service, its beginning, and the expression for the rest."""

    service: str
    beginning: str
    rest: str


def kinds() -> Iterator[Kind]:
    """Yield the kinds of keys in the table."""
    for line in TABLE.replace("\n", "; ").strip("; ").split("; "):
        names, _, rest = line.partition(" ~ ")
        if not rest:
            names, _, rule = line.partition(" = ")
            alphabet, least = rule.split()
            rest = f"[{ALPHABETS[alphabet]}]{{{least},}}"
        service, *beginnings = names.split()
        yield from (Kind(service, beginning, rest) for beginning in beginnings)


def key_at(text: str, start: int, *, has_zeros: bool = False) -> tuple[int, str] | None:
    """Return the end and the service of the key that starts at a place in a text, None if there is none.

    The text may have zeros in place of digits.
    """
    by_start = _by_start.setdefault(has_zeros, {})
    for kind in () if by_start else kinds():
        beginning = kind.beginning.translate(ZEROS) if has_zeros else kind.beginning
        by_start.setdefault(beginning[:2], []).append(kind._replace(beginning=beginning))
    for kind in by_start.get(text[start : start + 2], ()):
        if text.startswith(kind.beginning, start):
            # Compiled one by one, as all of them take 40 ms; re caches.
            match = re.compile(kind.rest).match(text, start + len(kind.beginning))
            if match is not None and (len(kind.beginning) >= UNMISTAKABLE or _is_varied(match[0])):
                return match.end(), kind.service
    return None


def _is_varied(rest: str) -> bool:
    """Return True if the rest of a key has a digit, or both cases: that of `test_module_name` has not."""
    return any(map(str.isdigit, rest)) or rest.lower() != rest or (rest.isalnum() and len(rest) > LONGEST_WORD)


ZEROS = str.maketrans("123456789", "0" * 9)
_by_start: dict[bool, dict[str, list[Kind]]] = {}  # with zeros for digits or not, by two characters
