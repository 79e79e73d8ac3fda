"""Who is looked for: the identifiers of a command line or a file, and where the contract has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from contract.items.attribute_values import is_number, unwrap
from contract.masking import Mask
from contract.source import SourceContract
from ops.aws_errors import is_local
from ops.exits import usage
from ops.platform import Platform
from ops.pseudonyms import existing_key

_KNOWN_OTHERS = 10_000


@dataclass(frozen=True)
class Identity:
    """How a source tells people apart: the tables' column, and the source's partition key, which has a prefix.

    A key that ``is_number`` has none.
    """

    column: str
    attribute: str
    prefix: str
    is_number: bool = False

    def key_of(self, user: str) -> str:
        """Return the partition key of a person's items."""
        return self.prefix + user

    def user_in(self, item_key: str) -> str | None:
        """Return whose a rejected item is, by its keys as JSON, or None where they do not say."""
        try:
            key = unwrap(json.loads(item_key).get(self.attribute))
        except (ValueError, AttributeError, RecursionError):
            return None
        return key.removeprefix(self.prefix) if isinstance(key, str) and key.startswith(self.prefix) else None


def identity_of(contract: SourceContract) -> Identity:
    """Return how a contract's source tells people apart.

    Raises:
        OpsError: it names nobody.
    """
    name = contract.person_column
    if name is not None:
        attribute = contract.key_attributes[0]
        return Identity(name, attribute, contract.aliases[name], is_number=attribute in contract.number_keys)
    message = f"The contract {contract.name!r} names nobody: no column of class identifier is an alias of its key."
    raise usage(message, "Look for a text instead: --words FILE of the command person prove.")


def pseudonyms_of(platform: Platform, users: Sequence[str]) -> tuple[str, ...]:
    """Return what the pseudonymous tables call people, in their order; nothing without such tables or without a key.

    Raises:
        OpsError: the contract names nobody, or the parameter holds no key.
    """
    key, contract = existing_key(platform) if users else None, platform.environment.contract
    if key is None:
        return ()
    name = identity_of(contract).column
    column = next(dataset.column(name) for dataset in contract.datasets if name in dataset.column_names)
    return tuple(Mask(contract.name, key).pseudonym(column, user) for user in users)


def users_of(user: str, file: Path | None) -> tuple[str, ...]:
    """Return the identifiers of a command line, each once: one, or those of a file.

    A file that ends in .json is a list of texts; any other has one identifier a line, taken as it is.

    Raises:
        OpsError: there is none, both are given, or the file cannot be read.
    """
    if bool(user) == (file is not None):
        message = "Whom?"
        raise usage(message, "Give either --user or --users FILE.")
    found = tuple(dict.fromkeys([user] if file is None else texts_of_file(file)))
    if not found:
        message = f"{file} names nobody."
        raise usage(message, "Write one identifier a line.")
    return found


def texts_of_file(file: Path) -> list[str]:
    """Return the texts of a file: of a JSON list, or one a line.

    Raises:
        OpsError: it cannot be read, or is no list of texts.
    """
    try:
        content = file.read_bytes().decode("utf-8-sig")
        if file.suffix != ".json":
            return [line.removesuffix("\r") for line in content.split("\n") if line.removesuffix("\r")]
        texts = json.loads(content)
    except (OSError, ValueError) as error:
        message = f"{file} cannot be read ({type(error).__name__})."
        raise usage(message, "Give a file in UTF-8: one text a line, or a JSON list of texts.") from error
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        message = f"{file} is no JSON list of texts."
        raise usage(message, 'Write ["one", "another"].')
    return texts


class Source:
    """The source table, asked for one person at a time."""

    def __init__(self, platform: Platform, identity: Identity) -> None:
        # Made here, once: it is asked by several threads.
        self._dynamodb = platform.dynamodb
        self._table = platform.environment.normalize.dynamo_table_name
        self._identity = identity
        #: Whether a longer word is somebody's identifier. A word of a message is asked for once.
        self.has: Callable[[str], bool] = lru_cache(_KNOWN_OTHERS)(self._has)

    def count(self, user: str) -> int:
        """Return how many items of a person there are."""
        return sum(page["Count"] for page in self._pages(user, Select="COUNT"))

    def items(self, user: str) -> Iterator[dict[str, Any]]:
        """Yield a person's items in DynamoDB's wire format."""
        for page in self._pages(user):
            yield from page["Items"]

    def _has(self, user: str) -> bool:
        if not self._may_be(user):
            return False
        try:
            return self._dynamodb.query(**self._query(user), Select="COUNT", Limit=1)["Count"] > 0
        except ClientError as error:
            # Then every longer word counts, and whoever asks is told that the source was not read.
            if not is_local(error):
                raise
            return False

    def _pages(self, user: str, **more: Any) -> Iterator[Any]:
        if self._may_be(user):
            yield from self._dynamodb.get_paginator("query").paginate(**self._query(user), **more)

    def _may_be(self, user: str) -> bool:
        """Return whether a key can be so: DynamoDB refuses to look for a number that is none."""
        return not self._identity.is_number or is_number(user)

    def _query(self, user: str) -> dict[str, Any]:
        kind = "N" if self._identity.is_number else "S"
        return {
            "TableName": self._table,
            "KeyConditionExpression": "#key = :key",
            "ExpressionAttributeNames": {"#key": self._identity.attribute},
            "ExpressionAttributeValues": {":key": {kind: self._identity.key_of(user)}},
        }
