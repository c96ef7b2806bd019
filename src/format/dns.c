// SPDX-License-Identifier: MIT
#include "format/dns.h"

#include <string.h>

#include "format/value.h"
#include "util/utf8.h"

/* RFC 1035 has \DDD for any byte. */
#define COMMA "\\044"

static void put_listed(struct buffer *out, const char *name, bool quoted)
{
	const char *comma;

	for (; (comma = strchr(name, ',')); name = comma + 1) {
		put_escaped(out, name, (size_t)(comma - name), quoted);
		put_escaped(out, COMMA, strlen(COMMA), quoted);
	}
	put_escaped(out, name, strlen(name), quoted);
}

static bool are_bare(const struct dns_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (!is_bare_value(names->names[i], strlen(names->names[i])))
			return false;
	return true;
}

void dns_text(struct buffer *out, const struct dns_names *names)
{
	bool quoted = !are_bare(names);

	buffer_puts(out, dns_names_sure(names) ? " name=" : " names=");
	if (quoted)
		buffer_putc(out, '"');
	for (size_t i = 0; i < names->n; i++) {
		if (i)
			buffer_putc(out, ',');
		put_listed(out, names->names[i], quoted);
	}
	if (quoted)
		buffer_putc(out, '"');
	if (names->source == DNS_FROM_PROCESS)
		return;
	buffer_literal(out, " name_source=");
	buffer_puts(out, dns_source_name(names->source));
}

static void put_all(struct json *json, const struct dns_names *names)
{
	json_key(json, "tpconnect.dns.names");
	json_open(json, '[');
	for (size_t i = 0; i < names->n; i++)
		json_item_string(json, names->names[i], strlen(names->names[i]));
	json_close(json, ']');
	json_word(json, "tpconnect.dns.source", dns_source_name(names->source));
}

void dns_json(struct json *json, const struct dns_names *names)
{
	json_known(json, "server.address", dns_names_sure(names));
	put_all(json, names);
}

void dns_json_key(struct json *json, const struct dns_names *names)
{
	const char *sure = dns_names_sure(names);

	json_known(json, "server.address", sure);
	if (!sure)
		put_all(json, names);
}

/* The first n names, as a cell has them if there is room. */
static void put_label(struct buffer *out, const struct dns_names *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = names->names[i], *comma;

		if (i)
			buffer_putc(out, ',');
		for (; (comma = strchr(name, ',')); name = comma + 1) {
			buffer_put(out, name, (size_t)(comma - name));
			buffer_literal(out, COMMA);
		}
		buffer_puts(out, name);
	}
}

void dns_label(struct buffer *out, const struct dns_names *names)
{
	bool host = names->source == DNS_FROM_HOST;

	if (host)
		buffer_putc(out, '(');
	put_label(out, names, names->n);
	if (host)
		buffer_putc(out, ')');
}

/* The first name without its beginning, and the number of the others. */
static void put_short(struct cell *cell, const struct dns_names *names, const char *before,
		      unsigned int max)
{
	char data[DNS_LABEL_MAX], end[32];
	struct buffer label = {.data = data, .cap = sizeof(data) - 1};
	struct buffer after = {.data = end, .cap = sizeof(end)};
	unsigned int around;
	struct cell first;

	if (names->n > 1) {
		buffer_literal(&after, ",+");
		buffer_u64(&after, names->n - 1);
	}
	buffer_puts(&after, *before ? ")" : "");
	around = (unsigned int)(strlen(before) + after.len);
	put_label(&label, names, 1);
	data[label.len] = '\0';
	cell_path(&first, "", data, max > around ? max - around : 1);
	cell_start(cell);
	buffer_puts(&cell->text, before);
	buffer_put(&cell->text, first.data, first.text.len);
	buffer_put(&cell->text, end, after.len);
	cell->width = first.width + around;
}

void dns_cell(struct cell *cell, const struct dns_names *names, unsigned int max)
{
	char data[DNS_LABEL_MAX];
	struct buffer label = {.data = data, .cap = sizeof(data) - 1};

	if (!names) {
		cell_word(cell, "-");
		return;
	}
	dns_label(&label, names);
	data[label.len] = '\0';
	max = max < CELL_PATH_MAX ? max : CELL_PATH_MAX;
	if (label.overflow || cell_columns(data) > max)
		put_short(cell, names, names->source == DNS_FROM_HOST ? "(" : "", max);
	else
		cell_path(cell, "", data, max);
}

size_t dns_text_size(const struct dns_names *names)
{
	size_t sum = 0;

	if (!names)
		return 0;
	for (size_t i = 0; i < names->n; i++)
		sum += strlen(names->names[i]);
	return names->n == 1 ? 2 * sum : sum; /* as server.address as well */
}
