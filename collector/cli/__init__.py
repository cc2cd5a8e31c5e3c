"""The command line. Heavy imports stay inside the commands, so that ``--help`` answers at once."""

from __future__ import annotations

import sys

import typer

from collector.cli import (
    backfill,
    bench,
    check,
    demo,
    drill,
    export,
    health,
    plan,
    quarantine,
    run,
    setup,
    simulate,
    status,
    version,
)

USAGE = 2

app = typer.Typer(
    name="solar-collector",
    help="Collect solar readings from vendors' clouds, within their call limits, into InfluxDB.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (
    run,
    demo,
    plan,
    check,
    status,
    export,
    quarantine,
    health,
    version,
    setup,
    simulate,
    drill,
    bench,
    backfill,
):
    module.register(app)


def boundary(arguments: list[str]) -> int:
    """Run one command and return its exit code: 0 good, 1 the answer is no, 2 wrong use or configuration."""
    from collector.errors import CollectorError, ConfigurationError

    try:
        app(arguments, standalone_mode=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except ConfigurationError as fault:
        return _say(fault, USAGE)
    except CollectorError as fault:
        return _say(fault, 1)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        sys.stderr.close()
        return 0
    return 0


def _say(fault: Exception, code: int) -> int:
    from collector import logs

    sys.stderr.write(f"solar-collector: {logs.clean(str(fault))}\n")
    return code
