// SPDX-License-Identifier: MIT
/*
 * Any bytes as what tpconnect-ship reads of others, by the first: an offset file, which is taken as
 * it was written or refused; Retry-After; an answer of OTLP; a line that becomes a record of OTLP,
 * which jansson can read if it can read the line; a URL.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/check.h"
#include "ship/http_answer.h"
#include "ship/otlp.h"
#include "ship/place.h"
#include "ship/retry_after.h"
#include "ship/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1763194351000000000u

/* In the place of src/ship/outputs.c, with no library of networks. */
const struct output_ops *output_for(const char *url)
{
	static const struct output_ops ops;

	return !strncasecmp(url, "http", 4) ? &ops : NULL;
}

static void try_place(const char *text, size_t size)
{
	static char again[PLACE_TEXT_MAX];
	struct buffer out = {.data = again, .cap = sizeof(again)};
	struct place_of place;
	struct error error;

	if (place_parse(text, size, "http://host/", &place, &error))
		return;
	place_put(&out, &place, "http://host/");
	check(out.len == size && !memcmp(again, text, size), "%.*s", (int)size, text);
}

static void try_answer(const char *text, size_t size)
{
	char *line = strndup(text, size);
	struct http_response response = {.status = 429,
					 .retry_after = line,
					 .location = line,
					 .body = text,
					 .body_size = size};
	struct answer answer;

	check(retry_after_ns(line, NOW) <= RETRY_AFTER_MAX_NS, "%s", line);
	http_answer_of(&response, NOW, &answer);
	response.status = 302;
	http_answer_of(&response, NOW, &answer);
	response.status = 200;
	response.is_otlp = true;
	http_answer_of(&response, NOW, &answer);
	check(answer.kind == ANSWER_ACKED, "%s", line);
	free(line);
}

static void try_otlp(const char *text, size_t size)
{
	struct buffer out = {.cap = 20 * size + 4096};
	json_t *root;

	out.data = malloc(out.cap);
	if (!otlp_put(&out, text, size)) {
		check(!out.overflow, "%zu bytes of %zu", out.len, size);
		root = json_loadb(out.data, out.len, JSON_ALLOW_NUL, NULL);
		/* Numbers beyond its types it refuses in the line as well. */
		check(root || memchr(text, 'e', size) || memchr(text, 'E', size) || size > 300,
		      "%.*s", (int)out.len, out.data);
		json_decref(root);
	}
	free(out.data);
}

static void try_url(const char *text, size_t size)
{
	const struct ship_frame frame = {.id = "a:b:1-2", .host = "a", .boot = "b"};
	char *url = strndup(text, size), filled[256];
	struct error error;
	struct url parsed;

	if (!url_parse(url, &parsed, &error)) {
		check(parsed.n_ports && !strpbrk(parsed.shown, "?# \n\x1b"), "%s", parsed.shown);
		for (size_t i = 0; i < parsed.n_ports; i++)
			check(parsed.ports[i], "%s", url);
	}
	url_fill(url, &frame, filled, sizeof(filled));
	free(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const tries[])(const char *text, size_t size) = {try_place, try_answer,
								       try_otlp, try_url};

	if (size)
		tries[data[0] & 3]((const char *)data + 1, size - 1);
	return 0;
}
