"""Commands about the keys that sign access tokens."""

from datetime import date, datetime

from ..api.keys import KeyUse, add_key, folder_of, key_files
from ..domain.refusals import Refusal
from ..settings import Settings
from ..words import PARIS, say, shown
from .answers import tell_done, tell_json, tell_table
from .arguments import AsJson
from .installation import settings
from .teaching import alone, command, group

key_commands = group("key", say("The keys that sign access tokens: the newest signs, and the one before it is still accepted."))
app = alone(key_commands)


class KeysNamedOneByOne(Refusal):
    """The settings name each key's file, so they say which signs: put the new file in place and name it there."""

    code = "keys_named_one_by_one"


@command(
    key_commands,
    "add",
    say(
        "Make a new key. It signs once every process of the service was started again; tokens signed before stay good until they "
        "run out."
    ),
    "key add",
)
def add(as_json: AsJson = False) -> None:
    """Add a key."""
    found = settings()
    _refuse_named(found)
    folder = folder_of(found)
    added = add_key(folder)
    told = say(
        "The key {key} signs from the next start of the service on; it is kept in {folder}.", key=added.key_id, folder=folder
    )
    tell_done({"key": added.key_id, "folder": str(folder)}, as_json, told)


@command(key_commands, "list", say("List the keys, the newest first, and what each is used for after a start."), "key list")
def list_all(as_json: AsJson = False) -> None:
    """List the keys, none of which is shown."""
    kept = key_files(settings())
    if as_json:
        tell_json(
            [{"file": str(one.file), "key": one.key_id, "use": one.use, "made_on": _made_on(one).isoformat()} for one in kept]
        )
        return
    uses = {"signs": say("signs and is accepted"), "verifies": say("is still accepted"), "retired": say("is no longer accepted")}
    headings = [say("File"), say("Made on"), say("Use"), say("Key")]
    tell_table(headings, [[one.file.name, shown(_made_on(one)), uses[one.use], one.key_id] for one in kept])


def _made_on(one: KeyUse) -> date:
    return datetime.fromtimestamp(one.file.stat().st_mtime, PARIS).date()


def _refuse_named(found: Settings) -> None:
    if found.signing_key_file is not None:
        raise KeysNamedOneByOne()
