"""Redirects within the site."""

from aiohttp import web


def redirect(to: str, request: web.Request) -> web.Response:
    """By a relative reference, since only the browser knows the whole address."""
    query = request.rel_url.raw_query_string
    return web.Response(status=302, headers={"Location": f"{to}?{query}" if query else to})
