"""An environment is a module of this folder: to add one is to add a file."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from envs.schema import Environment
from envs.validation import ConfigurationError


def environments_in(package: ModuleType) -> dict[str, Environment]:
    """Return a package's environments by name: the value of each module that is called as the module is.

    The value of ``envs/test.py`` is ``TEST``. Modules without such a value, this one for example, are passed over.

    Raises:
        ConfigurationError: an environment has another name than its module.
    """
    found = {}
    for name in sorted(module.name for module in iter_modules(package.__path__)):
        value = getattr(import_module(f"{package.__name__}.{name}"), name.upper(), None)
        if not isinstance(value, Environment):
            continue
        if value.name != name:
            message = f"{package.__name__}/{name}.py: {name.upper()} is called {value.name!r}: name it {name!r}"
            raise ConfigurationError(message)
        found[name] = value
    return found
