"""The projects whose test suites `scripts/harmless` runs: how to install them, and how to run their tests."""

from __future__ import annotations

import re
from typing import Callable, NamedTuple

# In commands and prefixes, {root} is the folder of the tests, and {folder} a temporary one, for the report.
PYTEST = (
    *("-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=120", "--continue-on-collection-errors"),
    *("-o", "addopts=", "-o", "junit_family=xunit1", "--rootdir={root}", "--junitxml={folder}/report.xml"),
)
UNITTEST = ("-m", "xmlrunner", "--output-file={folder}/report.xml")
TRIAL = ("-m", "twisted.trial", "--reporter=bwverbose", "--temp-directory={folder}/trial")
# A settings module decides how Django's tests report.
DJANGO = (
    "-c",
    "import os, runpy, sys, test_sqlite as settings; sys.argv[0] = 'runtests.py'\n"
    "settings.TEST_RUNNER = 'xmlrunner.extra.djangotestrunner.XMLTestRunner'\n"
    "settings.TEST_OUTPUT_DIR, settings.TEST_OUTPUT_FILE_NAME = '{folder}', 'report.xml'\n"
    "os.chdir('{root}'); runpy.run_path('runtests.py', run_name='__main__')",
    *("--settings=test_sqlite", "--parallel=1", "-v0"),
)


def file_of(name: str) -> str:
    """Return the file of a test: pytest runs all of it again."""
    file, _, test = name.partition("::")
    if file == "<string>":  # generated code: its module is in the name of the test
        file = re.sub(r"(\.test_\w+)\..*", r"\1", test).replace(".", "/") + ".py"
    return "{root}/" + file


def id_of(name: str) -> str:
    """Return the dotted name of a test, which trial and the runner of Django take."""
    return name.rpartition("::")[2]


def module_of(name: str) -> str:
    """Return the module of a test, or a module itself, which failed as a whole."""
    package, _, words = id_of(name).partition(".test__")
    return f"{package}.test__{words.partition('.')[0]}"


class Suite(NamedTuple):
    """How to run the tests of one project.

    `modules`, each with the `prefix` before it, are what the command takes;
    --all adds `more`.  `again` returns what the command takes to run a test
    once more.  Tests that no wheel has are in the folder `sdist` of the source
    distribution.  With `each_alone`, each module gets its own process.
    """

    requirements: str
    modules: str
    more: str = ""
    prefix: str = "{root}/"
    command: tuple[str, ...] = PYTEST
    again: Callable[[str], str] = file_of
    sdist: str | None = None
    each_alone: bool = False


SUITES = {
    "trio": Suite(
        "trio pytest pytest-timeout trustme pyopenssl", "trio", command=(*PYTEST, "-p", "trio._tests.pytest_plugin")
    ),
    "tornado": Suite(
        "tornado pytest pytest-timeout pycurl", "tornado/test", command=(*PYTEST, "-o", "python_files=*_test.py")
    ),
    "twisted": Suite(
        "twisted[tls] hypothesis pyhamcrest",
        """logger python.test.test_deprecate python.test.test_fakepwd python.test.test_zippath test.test_cooperator
        test.test_defer test.test_failure test.test_log test.test_main test.test_modules test.test_process
        test.test_rebuild test.test_reflect test.test_stdio test.test_task test.test_threadpool test.test_threads
        test.test_twistd trial internet.test.test_process internet.test.test_threads internet.test.test_core""",
        "conch internet mail names pair persisted plugins protocols python runner spread test web words",
        prefix="twisted.",
        command=TRIAL,
        again=id_of,
    ),
    "gevent": Suite(
        "gevent[test] unittest-xml-reporting",
        """all core_fork event events exc_info fileobject greenlet hub iwait local lock monkey monkey_logging
        monkey_module_run monkey_multiple_imports monkey_queue monkey_selectors monkey_sigchld nondefaultloop order
        pool pywsgi queue real_greenlet refcount refcount_core semaphore signal sleep0 subprocess
        subprocess_interrupted subprocess_poll systemerror threading threading_2 threading_before_monkey
        threading_monkey_in_thread threading_patched_local threading_vs_settrace threadpool
        threadpool_executor_patched timeout util""",
        prefix="gevent.tests.test__",
        command=UNITTEST,
        again=module_of,
        each_alone=True,
    ),
    "sqlalchemy": Suite(
        "sqlalchemy pytest pytest-timeout greenlet aiosqlite",
        "test/base test/engine test/ext/asyncio",
        "test/ext test/orm test/sql test/dialect",
        sdist=".",
    ),
    "django": Suite(
        "django unittest-xml-reporting jinja2 tblib pyyaml sqlparse",
        """apps asgi async backends cache check_framework context_processors decorators dispatch files
        import_error_package logging_tests mail middleware requests_tests responses servers sessions_tests
        settings_tests shell signals signing test_exceptions test_runner user_commands view_tests wsgi""",
        """admin_scripts aggregation annotations auth_tests basic bulk_create contenttypes_tests db_utils
        delete expressions file_storage file_uploads fixtures forms_tests generic_views handlers httpwrappers i18n
        inspectdb lookup many_to_many messages_tests migrations model_fields model_forms ordering prefetch_related
        queries schema select_related serializers staticfiles_tests template_tests templates test_client test_utils
        timezones transactions urlpatterns_reverse utils_tests validation""",
        prefix="",
        command=DJANGO,
        again=id_of,
        sdist="tests",
    ),
    "dask": Suite("dask[array] pytest pytest-timeout psutil", "dask/tests", "dask/array dask/bag"),
    "multiprocess": Suite("multiprocess pytest pytest-timeout", "multiprocess/tests"),
    "joblib": Suite("joblib pytest pytest-timeout numpy psutil threadpoolctl", "joblib/test"),
    "distributed": Suite("distributed pytest pytest-timeout", "distributed/tests", sdist="."),
    "structlog": Suite(
        "structlog pytest pytest-timeout pytest-asyncio pretend freezegun rich simplejson twisted", "tests", sdist="."
    ),
    "freezegun": Suite("freezegun pytest pytest-timeout", "tests", sdist="."),
}
