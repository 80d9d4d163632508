"""What a run showed, for a terminal, a pull request, a CI server and the secretariat."""

from evals.reporting.contents import Report, report_on
from evals.reporting.junit import junit
from evals.reporting.markdown import markdown
from evals.reporting.page import html
from evals.reporting.terminal import terminal, wrong

__all__ = ["Report", "html", "junit", "markdown", "report_on", "terminal", "wrong"]
