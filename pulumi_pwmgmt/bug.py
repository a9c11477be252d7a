"""What is said of an exception that nobody expected: its type and place, and never what it quotes."""


def told(error: BaseException) -> str:
    """Return one line for whoever reports it."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{place.tb_frame.f_globals.get('__name__')}:{place.tb_lineno}" if place else "an unknown place"
    return f"{type(error).__name__} at {where} — this is a bug of pulumi_pwmgmt: report it with this line"
