// SPDX-License-Identifier: MIT
#include "ship/otlp.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "util/json_read.h"
#include "util/parse.h"
#include "util/utc.h"

/* SeverityNumber of opentelemetry/proto/logs/v1/logs.proto. */
#define SEVERITY_INFO 9
#define SEVERITY_WARN 13

#define TIME_SIZE sizeof("2026-02-16T12:34:56.123456789Z")

/* What stands at other places than among the attributes, as the line has it, escapes and all. */
struct line {
	struct part host_id, host_name, boot, event_name;
	uint64_t time_ns;
};

static bool is_of_resource(const struct part key)
{
	return part_is(key, "host.id") || part_is(key, "host.name") ||
	       part_is(key, "tpconnect.boot.id");
}

static int take_key(struct line *line, struct part key, struct json_reader *reader,
		    enum json_token token)
{
	char text[TIME_SIZE];

	if (token != TOKEN_STRING)
		return 0;
	if (part_is(key, "host.id"))
		line->host_id = reader->text;
	else if (part_is(key, "host.name"))
		line->host_name = reader->text;
	else if (part_is(key, "tpconnect.boot.id"))
		line->boot = reader->text;
	else if (part_is(key, "event.name"))
		line->event_name = reader->text;
	else if (part_is(key, "timestamp") &&
		 (json_text(reader, text, sizeof(text)) || utc_parse(text, &line->time_ns)))
		return -EBADMSG;
	return 0;
}

/* Reads all of a line once, so that the second time nothing can be wrong with it. */
static int read_line(const char *text, size_t size, struct line *ret)
{
	struct json_reader reader = json_reader(text, size);
	enum json_token token = json_next(&reader);
	struct line line = {0};

	if (token != TOKEN_OBJECT)
		return -EBADMSG;
	while (json_next(&reader) == TOKEN_KEY) {
		struct part key = reader.text;

		token = json_next(&reader);
		if (take_key(&line, key, &reader, token) || !json_skip(&reader, token))
			return -EBADMSG;
	}
	if (json_next(&reader) != TOKEN_END || !line.time_ns || !line.event_name.at)
		return -EBADMSG;
	*ret = line;
	return 0;
}

static void put_string(struct buffer *out, const char *key, struct part text)
{
	buffer_literal(out, "{\"");
	buffer_puts(out, key);
	buffer_literal(out, "\":\"");
	buffer_put(out, text.at, text.len);
	buffer_literal(out, "\"}");
}

/* int64 is a string in this form, as JSON's numbers are taken for doubles. */
static void put_number(struct buffer *out, struct part text)
{
	bool is_whole = part_all_of(text, "-" PART_DIGITS) && text.len < 19;

	buffer_puts(out, is_whole ? "{\"intValue\":\"" : "{\"doubleValue\":");
	buffer_put(out, text.at, text.len);
	buffer_puts(out, is_whole ? "\"}" : "}");
}

static void put_value(struct buffer *out, struct json_reader *reader, enum json_token token);

static void put_key(struct buffer *out, struct part key)
{
	buffer_literal(out, "{\"key\":\"");
	buffer_put(out, key.at, key.len);
	buffer_literal(out, "\",\"value\":");
}

static void put_object(struct buffer *out, struct json_reader *reader)
{
	bool is_first = true;

	buffer_literal(out, "{\"kvlistValue\":{\"values\":[");
	while (json_next(reader) == TOKEN_KEY) {
		if (!is_first)
			buffer_putc(out, ',');
		is_first = false;
		put_key(out, reader->text);
		put_value(out, reader, json_next(reader));
		buffer_putc(out, '}');
	}
	buffer_literal(out, "]}}");
}

static void put_array(struct buffer *out, struct json_reader *reader)
{
	enum json_token token;
	bool is_first = true;

	buffer_literal(out, "{\"arrayValue\":{\"values\":[");
	while ((token = json_next(reader)) != TOKEN_ARRAY_END) {
		if (!is_first)
			buffer_putc(out, ',');
		is_first = false;
		put_value(out, reader, token);
	}
	buffer_literal(out, "]}}");
}

/* AnyValue; null is one with nothing in it. */
static void put_value(struct buffer *out, struct json_reader *reader, enum json_token token)
{
	switch (token) {
	case TOKEN_STRING:
		put_string(out, "stringValue", reader->text);
		break;
	case TOKEN_NUMBER:
		put_number(out, reader->text);
		break;
	case TOKEN_TRUE:
		buffer_literal(out, "{\"boolValue\":true}");
		break;
	case TOKEN_FALSE:
		buffer_literal(out, "{\"boolValue\":false}");
		break;
	case TOKEN_OBJECT:
		put_object(out, reader);
		break;
	case TOKEN_ARRAY:
		put_array(out, reader);
		break;
	default:
		buffer_literal(out, "{}");
	}
}

static void put_attributes(struct buffer *out, const char *text, size_t size)
{
	struct json_reader reader = json_reader(text, size);
	bool is_first = true;

	json_next(&reader);
	while (json_next(&reader) == TOKEN_KEY) {
		struct part key = reader.text;
		enum json_token token = json_next(&reader);

		if (part_is(key, "timestamp") || is_of_resource(key)) {
			json_skip(&reader, token);
			continue;
		}
		if (!is_first)
			buffer_putc(out, ',');
		is_first = false;
		put_key(out, key);
		put_value(out, &reader, token);
		buffer_putc(out, '}');
	}
}

static void put_record(struct buffer *out, const char *text, size_t size, const struct line *line)
{
	bool is_bad = part_is(line->event_name, "tcp.failed");

	buffer_literal(out, "{\"timeUnixNano\":\"");
	buffer_u64(out, line->time_ns);
	buffer_literal(out, "\",\"severityNumber\":");
	buffer_u64(out, is_bad ? SEVERITY_WARN : SEVERITY_INFO);
	buffer_puts(out, is_bad ? ",\"severityText\":\"WARN\",\"body\":"
				: ",\"severityText\":\"INFO\",\"body\":");
	put_string(out, "stringValue", line->event_name);
	buffer_literal(out, ",\"attributes\":[");
	put_attributes(out, text, size);
	buffer_literal(out, "]}");
}

static void put_of_resource(struct buffer *out, bool *comma, const char *key, struct part text)
{
	if (!text.at)
		return;
	if (*comma)
		buffer_putc(out, ',');
	*comma = true;
	put_key(out, (struct part){key, strlen(key)});
	put_string(out, "stringValue", text);
	buffer_putc(out, '}');
}

static void open_resource(struct buffer *out, const struct line *line)
{
	bool comma = false;

	buffer_literal(out, "{\"resource\":{\"attributes\":[");
	put_of_resource(out, &comma, "host.id", line->host_id);
	put_of_resource(out, &comma, "host.name", line->host_name);
	put_of_resource(out, &comma, "tpconnect.boot.id", line->boot);
	buffer_literal(out,
		       "]},\"scopeLogs\":[{\"scope\":{\"name\":\"tpconnect\"},\"logRecords\":[");
}

static void close_resource(struct buffer *out)
{
	buffer_literal(out, "]}]}");
}

static bool is_same(struct part a, struct part b)
{
	return !a.at == !b.at && a.len == b.len && (!a.at || !memcmp(a.at, b.at, a.len));
}

static bool has_same_resource(const struct line *a, const struct line *b)
{
	return is_same(a->host_id, b->host_id) && is_same(a->host_name, b->host_name) &&
	       is_same(a->boot, b->boot);
}

int otlp_put(struct buffer *out, const char *lines, size_t size)
{
	const char *end = lines + size;
	struct line before = {0}, line;
	bool is_first = true;

	buffer_literal(out, "{\"resourceLogs\":[");
	for (const char *text = lines; text < end && !out->overflow;) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline ? newline : end) - text);

		if (read_line(text, n, &line))
			return -EBADMSG;
		if (!is_first && !has_same_resource(&before, &line))
			close_resource(out);
		if (!is_first)
			buffer_putc(out, ',');
		if (is_first || !has_same_resource(&before, &line))
			open_resource(out, &line);
		put_record(out, text, n, &line);
		before = line;
		is_first = false;
		text += n + 1;
	}
	if (!is_first)
		close_resource(out);
	buffer_literal(out, "]}");
	return 0;
}

/* Its value, where it is one: int64 is a string, and some write a number. */
static void take_rejected(struct json_reader *reader, enum json_token token, uint64_t *ret)
{
	char digits[24];

	if (token != TOKEN_STRING && token != TOKEN_NUMBER)
		return;
	if (reader->text.len >= sizeof(digits))
		return;
	memcpy(digits, reader->text.at, reader->text.len);
	digits[reader->text.len] = '\0';
	parse_u64(digits, 0, UINT64_MAX, ret);
}

/* Names of fields in JSON are lowerCamelCase, or as protobuf has them. */
static bool is_named(struct part key, const char *camel, const char *snake)
{
	return part_is(key, camel) || part_is(key, snake);
}

static void read_partial(struct json_reader *reader, struct otlp_answer *ret)
{
	while (json_next(reader) == TOKEN_KEY) {
		struct part key = reader->text;
		enum json_token token = json_next(reader);

		if (is_named(key, "rejectedLogRecords", "rejected_log_records"))
			take_rejected(reader, token, &ret->rejected);
		else if (is_named(key, "errorMessage", "error_message") && token == TOKEN_STRING)
			json_text(reader, ret->text, sizeof(ret->text));
		if (!json_skip(reader, token))
			return;
	}
}

void otlp_answer_read(const char *body, size_t size, struct otlp_answer *ret)
{
	struct json_reader reader = json_reader(body, size);

	*ret = (struct otlp_answer){0};
	if (json_next(&reader) != TOKEN_OBJECT)
		return;
	while (json_next(&reader) == TOKEN_KEY) {
		bool is_partial = is_named(reader.text, "partialSuccess", "partial_success");
		enum json_token token = json_next(&reader);

		if (is_partial && token == TOKEN_OBJECT)
			read_partial(&reader, ret);
		else if (!json_skip(&reader, token))
			return;
	}
}
