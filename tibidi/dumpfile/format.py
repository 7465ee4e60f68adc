"""The names and numbers of the dump format.

A dump is a ZIP archive (APPNOTE.TXT 6.3, section 4.3) with the most valuable member first.  The local header of a
member is completed when the member is; until then bit 3 of its flags is set, so that a reader can recognize the
member at which a writer died.  A note for tibidi alone is JSON in an extra field of the local header, which other
tools ignore:

`summary.json`   the headline: what `tibidi list` shows, readable without
                 inflating anything
`sources/...`    the name of the file in the frames

History of FORMAT, one line each; a reader reads every older format:

1   the first
"""

from __future__ import annotations

import struct

FORMAT = 1

SUMMARY = "summary.json"
TRACEBACK = "traceback.txt"
SOURCES = "sources/"
VALUES = "values/"
INDEX = "values/index.json"
SIGNATURE = "signature"
SEALED = "sealed.age"

# signature, version needed, flags, method, time, date, crc, packed size, size, length of name, length of extra
LOCAL = struct.Struct("<4sHHHHHIIIHH")
LOCAL_MAGIC = b"PK\x03\x04"
# The fields of the local header that are known only when a member ends.
LOCAL_FLAGS_OFFSET = 6
LOCAL_SIZES = struct.Struct("<III")
LOCAL_SIZES_OFFSET = 14

# as LOCAL with "version made by" first; then length of comment, disk, attributes (2), offset of the local header
CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
CENTRAL_MAGIC = b"PK\x01\x02"

# signature, disks (2), entries (2), size and offset of the central directory, length of comment
END = struct.Struct("<4sHHHHIIH")
END_MAGIC = b"PK\x05\x06"

ZIP_VERSION = 20
MADE_BY_UNIX = 3 << 8 | ZIP_VERSION
PRIVATE_FILE = 0o100600 << 16  # external attributes: a regular file, 0600

UNFINISHED = 1 << 3  # sizes are not known yet
UTF8_NAME = 1 << 11

STORED = 0
DEFLATED = 8

EXTRA = struct.Struct("<HH")  # id, length of what follows
EXTRA_ID = 0x6474  # "td"; not in the registry of APPNOTE 4.6
MAX_EXTRA_BYTES = 16 << 10

MAX_MEMBERS = 20_000
MAX_MEMBER_BYTES = (1 << 32) - 2  # sizes are 32 bits wide: no ZIP64
