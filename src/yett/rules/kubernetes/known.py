"""What a file and the rest of its tree say of roles and accounts, looked up by their names: thousands may ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yett.lean import NamedTuple
from yett.parse.kubernetes import Manifest, elements, find, text, truth
from yett.parse.yaml import Mapping
from yett.rules.kubernetes.objects import Config
from yett.rules.kubernetes.others import others


class Known(NamedTuple):
    """Namespaces, "" where none is written: of the bindings of a role, by (kind of binding, kind of role, its name);
    of those that bind an account, by its name; of the accounts of a name that refuse to hand out their token; of the
    LimitRanges that give a limit to containers without one, by what it is of."""

    roles: dict[tuple[str, str, str], set[str]]
    bound: dict[str, set[str]]
    refusing: dict[str, set[str]]
    limits: dict[str, set[str]]


def bindings(config: Config, binding: str, role: Manifest) -> Iterator[set[str]]:
    return (each.roles.get((binding, role.kind, role.name), set()) for each in _known(config))


def is_bound(config: Config, account: str, namespace: str) -> bool:
    """Whether a binding gives an account rights, so that it has a use for its token."""
    return account != "default" and any(within(namespace, each.bound.get(account, set())) for each in _known(config))


def refuses(config: Config, account: str, namespace: str) -> bool:
    """Whether an account says that its token is not handed out."""
    return any(within(namespace, each.refusing.get(account, set())) for each in _known(config))


def is_limited(config: Config, what: str, namespace: str) -> bool:
    """Whether a LimitRange of the namespace gives a limit to containers that have none."""
    return any(within(namespace, each.limits.get(what, set())) for each in _known(config))


def within(namespace: str, others: set[str]) -> bool:
    """Whether one of the others may be this one; where none is written, kubectl or kustomize decides."""
    return bool(others) and (not namespace or "" in others or namespace in others)


def _known(config: Config) -> tuple[Known, Known]:
    tree = config.tree
    own = tree.once(("kubernetes", "known", config.path), lambda: _looked_up(config.manifests))
    return own, tree.once(("kubernetes", "known"), lambda: _looked_up(others(tree).manifests))


def _looked_up(manifests: Iterable[Manifest]) -> Known:
    found = Known({}, {}, {}, {})
    for manifest in manifests:
        if manifest.kind in ("RoleBinding", "ClusterRoleBinding"):
            role = manifest.kind, text(manifest.get("roleRef", "kind")), text(manifest.get("roleRef", "name"))
            found.roles.setdefault(role, set()).add(manifest.namespace)
            for who in elements(manifest.get("subjects")):
                if text(find(who, "kind")) == "ServiceAccount":
                    found.bound.setdefault(text(find(who, "name")), set()).add(text(find(who, "namespace")))
        elif manifest.kind == "ServiceAccount" and truth(manifest.get("automountServiceAccountToken")) is False:
            found.refusing.setdefault(manifest.name, set()).add(manifest.namespace)
        elif manifest.kind == "LimitRange":
            for item in elements(manifest.get("spec", "limits")):
                given = find(item, "default")
                for what in given.entries if isinstance(given, Mapping) else ():
                    found.limits.setdefault(what, set()).add(manifest.namespace)
    return found
