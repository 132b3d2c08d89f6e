"""Runs the page's script: in Node where there is one, or else in Chromium; and opens pages in Chromium."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NEEDED = "needs Chromium (apt-get install chromium) and Playwright (pip install playwright)"


BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
IS_THERE = BROWSER is not None and importlib.util.find_spec("playwright") is not None
needs_browser = pytest.mark.skipif(not IS_THERE and not os.environ.get("CI"), reason=NEEDED)
"""Skips before anything is started; CI has to have a browser."""


@contextlib.contextmanager
def open_browser() -> Iterator[Any]:
    assert IS_THERE, NEEDED
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


def script_results(program: str) -> Any:
    """The value of a program's last expression, as JSON holds it; skips where there is nothing to run it."""
    if node := shutil.which("node"):
        code = f"console.log(JSON.stringify(require('vm').runInThisContext({json.dumps(program)})))"
        ran = subprocess.run([node, "-"], input=code, capture_output=True, text=True, check=True)
        return json.loads(ran.stdout)
    if not IS_THERE:
        pytest.skip(f"{NEEDED}, or Node")
    with open_browser() as browser:
        return json.loads(browser.new_page().evaluate("code => JSON.stringify((0, eval)(code))", program))


def write_page(folder: Path, text: str) -> Path:
    path = folder / "report.html"
    path.write_text(text, encoding="utf-8")
    return path
