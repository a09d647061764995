#!/usr/bin/env bash
# Research: search the web, read pages, take notes that stay with the session, report with sources. Needs a search engine, here a SearXNG:
# SEARCH_URL=http://localhost:8080 docs/examples/research.sh (Brave and Tavily: see PUT /v1/web-search). Addresses of a private network are
# the operator's to list in OUTBOUND_PRIVATE_HOSTS.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

call PUT /v1/web-search '{"engine": "searxng", "base_url": "'"${SEARCH_URL:?is the address of a SearXNG}"'"}' >/dev/null
session=$(open_session '{"name": "Researcher", "system_prompt": "", "capabilities": ["research"]}')

# A real model takes the addresses of pages from what it has found.
page=${PAGE_URL:-https://example.com/}
ask "$session" '[
  {"call": [{"name": "web_search", "arguments": {"query": "example domain", "count": 3}}]},
  {"call": [{"name": "read_page", "arguments": {"url": "'"$page"'"}}]},
  {"call": [{"name": "take_note", "arguments": {"text": "The domain is for examples.", "source_url": "'"$page"'", "source_title": "Example"}}]},
  {"call": [{"name": "read_notes"}]},
  {"text": "The domain is for use in examples [1].\n\nSources\n[1] Example, '"$page"'"}]'

call GET "$session/fs/research/notes.md" | field content
