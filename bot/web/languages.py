"""Which language a page is shown in. No words of pages."""

from starlette.requests import Request

from locales import LANGUAGES, Language


def page_language(request: Request, cookie: str | None = None) -> Language:
    """As asked for in the address, as chosen before, as the browser prefers; else Spanish."""
    chosen = request.cookies.get(cookie) if cookie else None
    preferred = request.headers.get("accept-language", "").split(",")
    for wanted in (request.query_params.get("lang"), chosen, *preferred):
        for language in LANGUAGES:
            if wanted and wanted.strip().lower().startswith(language):
                return language
    return "es"
