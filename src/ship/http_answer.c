// SPDX-License-Identifier: MIT
#include "ship/http_answer.h"

#include <stdio.h>
#include <string.h>

#include "ship/otlp.h"
#include "ship/retry_after.h"

#define STATUS_MIN 100
#define STATUS_MAX 599

/* Each has a label of its own, so that a label is a constant. */
static const char *reason_of(long status)
{
	static char labels[STATUS_MAX - STATUS_MIN + 1][sizeof("http_000")];
	char *label;

	if (status < STATUS_MIN || status > STATUS_MAX)
		return "http_other";
	label = labels[status - STATUS_MIN];
	if (!*label)
		snprintf(label, sizeof(labels[0]), "http_%ld", status);
	return label;
}

static enum answer_kind kind_of(long status)
{
	if (status >= 200 && status <= 299)
		return ANSWER_ACKED;
	if (status == 413)
		return ANSWER_TOO_LARGE;
	/* Request Timeout, Too Early, Too Many Requests. */
	if (status == 408 || status == 425 || status == 429 || status >= 500)
		return ANSWER_RETRY;
	return ANSWER_REFUSED;
}

/* The begin of the body, up to its first line's end: an error page has its name there, or nothing.
 */
static size_t first_line(const struct http_response *response)
{
	const char *end =
		response->body_size ? memchr(response->body, '\n', response->body_size) : NULL;

	return end ? (size_t)(end - response->body) : response->body_size;
}

static void put_text(const struct http_response *response, struct answer *ret)
{
	int n = snprintf(ret->text, sizeof(ret->text), "HTTP %ld", response->status);
	size_t body = first_line(response);

	if (response->status >= 300 && response->status <= 399 && response->location)
		snprintf(ret->text + n, sizeof(ret->text) - (size_t)n,
			 ", which is not followed, to %.*s", (int)strcspn(response->location, "?#"),
			 response->location);
	else if (body)
		snprintf(ret->text + n, sizeof(ret->text) - (size_t)n, ": %.*s",
			 (int)(body < 300 ? body : 300), response->body);
}

static void take_partial(const struct http_response *response, struct answer *ret)
{
	struct otlp_answer partial;

	otlp_answer_read(response->body, response->body_size, &partial);
	ret->rejected = partial.rejected;
	if (partial.rejected)
		ret->reason = "partial";
	snprintf(ret->text, sizeof(ret->text), "%s", partial.text);
}

void http_answer_of(const struct http_response *response, uint64_t now_utc_ns, struct answer *ret)
{
	*ret = (struct answer){.kind = kind_of(response->status)};
	if (ret->kind == ANSWER_ACKED) {
		if (response->is_otlp)
			take_partial(response, ret);
		return;
	}
	ret->reason = reason_of(response->status);
	if (response->retry_after && ret->kind == ANSWER_RETRY)
		ret->retry_after_ns = retry_after_ns(response->retry_after, now_utc_ns);
	put_text(response, ret);
}
