"""Which tests bandit has, in the order in which it asks them.

Bandit finds its tests as entry points, and reading those costs 26 ms. The table below is that list, in its order, which
is the order of the results; a test compares the two. Plugins of other distributions are not used: what is installed
beside yett must not change a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module

from yett.checks._bandit.bounded import bound, context_class
from yett.checks._bandit.light_import import lightly
from yett.lean import Any, NamedTuple


class Test(NamedTuple):
    """One of bandit's test functions; `ask` takes a bandit context and gives a bandit issue or None.

    `position` is the test's place in bandit's order, and comes first so that tests sort by it. `kinds` holds the names
    of the nodes it is for, or "File".
    """

    position: int
    id: str
    name: str
    ask: Callable[[Any], Any]
    kinds: tuple[str, ...]


TABLE: tuple[tuple[str, str, str], ...] = (
    ("any_other_function_with_shell_equals_true", "injection_shell", "any_other_function_with_shell_equals_true"),
    ("assert_used", "asserts", "assert_used"),
    ("django_extra_used", "django_sql_injection", "django_extra_used"),
    ("django_mark_safe", "django_xss", "django_mark_safe"),
    ("django_rawsql_used", "django_sql_injection", "django_rawsql_used"),
    ("exec_used", "exec", "exec_used"),
    ("flask_debug_true", "app_debug", "flask_debug_true"),
    ("hardcoded_bind_all_interfaces", "general_bind_all_interfaces", "hardcoded_bind_all_interfaces"),
    ("hardcoded_password_default", "general_hardcoded_password", "hardcoded_password_default"),
    ("hardcoded_password_funcarg", "general_hardcoded_password", "hardcoded_password_funcarg"),
    ("hardcoded_password_string", "general_hardcoded_password", "hardcoded_password_string"),
    ("hardcoded_sql_expressions", "injection_sql", "hardcoded_sql_expressions"),
    ("hardcoded_tmp_directory", "general_hardcoded_tmp", "hardcoded_tmp_directory"),
    ("hashlib_insecure_functions", "hashlib_insecure_functions", "hashlib"),
    ("huggingface_unsafe_download", "huggingface_unsafe_download", "huggingface_unsafe_download"),
    ("jinja2_autoescape_false", "jinja2_templates", "jinja2_autoescape_false"),
    ("linux_commands_wildcard_injection", "injection_wildcard", "linux_commands_wildcard_injection"),
    ("logging_config_insecure_listen", "logging_config_insecure_listen", "logging_config_insecure_listen"),
    ("markupsafe_markup_xss", "markupsafe_markup_xss", "markupsafe_markup_xss"),
    ("paramiko_calls", "injection_paramiko", "paramiko_calls"),
    ("pytorch_load", "pytorch_load", "pytorch_load"),
    ("request_with_no_cert_validation", "crypto_request_no_cert_validation", "request_with_no_cert_validation"),
    ("request_without_timeout", "request_without_timeout", "request_without_timeout"),
    ("set_bad_file_permissions", "general_bad_file_permissions", "set_bad_file_permissions"),
    ("snmp_insecure_version", "snmp_security_check", "snmp_insecure_version_check"),
    ("snmp_weak_cryptography", "snmp_security_check", "snmp_crypto_check"),
    ("ssh_no_host_key_verification", "ssh_no_host_key_verification", "ssh_no_host_key_verification"),
    ("ssl_with_bad_defaults", "insecure_ssl_tls", "ssl_with_bad_defaults"),
    ("ssl_with_bad_version", "insecure_ssl_tls", "ssl_with_bad_version"),
    ("ssl_with_no_version", "insecure_ssl_tls", "ssl_with_no_version"),
    ("start_process_with_a_shell", "injection_shell", "start_process_with_a_shell"),
    ("start_process_with_no_shell", "injection_shell", "start_process_with_no_shell"),
    ("start_process_with_partial_path", "injection_shell", "start_process_with_partial_path"),
    ("subprocess_popen_with_shell_equals_true", "injection_shell", "subprocess_popen_with_shell_equals_true"),
    ("subprocess_without_shell_equals_true", "injection_shell", "subprocess_without_shell_equals_true"),
    ("tarfile_unsafe_members", "tarfile_unsafe_members", "tarfile_unsafe_members"),
    ("trojansource", "trojansource", "trojansource"),
    ("try_except_continue", "try_except_continue", "try_except_continue"),
    ("try_except_pass", "try_except_pass", "try_except_pass"),
    ("use_of_mako_templates", "mako_templates", "use_of_mako_templates"),
    ("weak_cryptographic_key", "weak_cryptographic_key", "weak_cryptographic_key"),
    ("yaml_load", "yaml_load", "yaml_load"),
)
"""Entry point, module under `bandit.plugins`, function."""

BLACKLISTS = ("calls", "imports")
"""The modules under `bandit.blacklists`, in the order of their entry points."""

BLACKLIST = "B001"
"""Bandit's id for the one function that reads the blacklists; its issues carry the id of the entry, B301 to B415."""


class Catalogue(NamedTuple):
    """The tests in bandit's order, and what bandit's modules hold that tells when to ask them.

    `blacklist` maps the name of a node kind to its entries. `configs` are by id of the test, and so are `modules`,
    which hold those of all tests, chosen or not.
    """

    tests: tuple[Test, ...]
    blacklist: dict[str, list[dict[str, Any]]]
    configs: dict[str, Any]
    modules: dict[str, Any]
    context: Callable[[dict[str, Any]], Any]
    linerange: Callable[[Any], list[int]]

    def test(self, test_id: str) -> Test | None:
        return next((test for test in self.tests if test.id == test_id), None)


def load() -> Catalogue:
    """Every test, as bandit itself configures it. Raises light_import.UnfamiliarError where bandit is not laid out as
    we know it."""
    return lightly(_load)


def _load() -> Catalogue:
    from bandit.core import blacklisting

    functions: list[tuple[Any, Any]] = []
    for _, module_name, function_name in TABLE:
        module = import_module(f"bandit.plugins.{module_name}")
        function = getattr(module, function_name)
        config = module.gen_config(function._takes_config) if hasattr(function, "_takes_config") else None
        functions.append((function, config))
    blacklist: dict[str, list[dict[str, Any]]] = {}
    for name in BLACKLISTS:
        for kind, entries in import_module(f"bandit.blacklists.{name}").gen_blacklist().items():
            blacklist.setdefault(kind, []).extend(entries)
    return catalogue(functions, blacklisting.blacklist, blacklist)


def catalogue(
    functions: Iterable[tuple[Any, Any]], of_blacklist: Any, blacklist: dict[str, list[dict[str, Any]]]
) -> Catalogue:
    """Of bandit's functions, each with its configuration or None, and of what its blacklists hold by kind of node."""
    from bandit.core import utils
    from bandit.core.context import Context

    modules = {}
    for _, module_name, function_name in TABLE:
        module = import_module(f"bandit.plugins.{module_name}")
        modules[getattr(module, function_name)._test_id] = module
    bound(modules)

    tests: list[Test] = []
    configs: dict[str, Any] = {}
    for function, config in functions:
        ask = function
        if hasattr(function, "_takes_config"):
            configs[function._test_id] = config
            ask = _configured(function, config)
        tests.append(Test(len(tests), function._test_id, function.__name__, ask, tuple(function._checks)))
    if blacklist:
        ask = _configured(of_blacklist, blacklist)
        tests.append(Test(len(tests), BLACKLIST, of_blacklist.__name__, ask, tuple(blacklist)))
    return Catalogue(tuple(tests), blacklist, configs, modules, context_class(Context), utils.linerange)


def _configured(function: Callable[[Any, Any], Any], config: Any) -> Callable[[Any], Any]:
    return lambda context: function(context, config)
