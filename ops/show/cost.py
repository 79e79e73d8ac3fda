"""The bill of ``cost``."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ops.cost import Bill
from ops.show.screen import visible
from ops.show.tables import print_table, table


def money(dollars: float) -> str:
    """Return dollars, to the cent where that says something."""
    return f"${dollars:,.2f}" if dollars >= 1 or dollars == 0 else f"${dollars:.6f}"


def show(bill: Bill, console: Console) -> None:
    """Print each component, the sum, and what is not in it."""
    title = f"{bill.since:%Y-%m-%d} to {bill.until:%Y-%m-%d}"
    columns = ("component", "used", "unit", "cost", "from")
    made = table(*columns, title=title, numbers=("used", "cost"), folds=("from",))
    for cost in bill.costs:
        made.add_row(cost.component, f"{cost.usage:,.3f}", cost.unit, money(cost.dollars), cost.note)
    made.add_section()
    made.add_row("all", "", "", money(bill.total), "")
    print_table(made, console)
    console.print(
        f"List prices of {bill.prices.region}, looked up in {bill.prices.looked_up}; sources: docs/scaling.md, "
        "docs/lake-costs.md.",
        soft_wrap=True,
    )
    for text in bill.unmeasured:
        console.print(Text(f"not measured: {visible(text)}", style="yellow"), soft_wrap=True)
    console.print(f"Not counted: {'; '.join(bill.not_counted)}.", soft_wrap=True, style="dim")
