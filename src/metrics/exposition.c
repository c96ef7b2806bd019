// SPDX-License-Identifier: MIT
#include "metrics/exposition.h"

#include "util/clock.h"

void family_begin(struct exposition *e, const char *name, const char *type, const char *help)
{
	e->family = name;
	buffer_literal(e->out, "# HELP ");
	buffer_puts(e->out, name);
	buffer_putc(e->out, ' ');
	buffer_puts(e->out, help);
	buffer_literal(e->out, "\n# TYPE ");
	buffer_puts(e->out, name);
	buffer_putc(e->out, ' ');
	buffer_puts(e->out, type);
	buffer_putc(e->out, '\n');
}

void sample_begin(struct exposition *e, const char *suffix)
{
	buffer_puts(e->out, e->family);
	buffer_puts(e->out, suffix);
	e->labels = false;
}

void label_begin(struct exposition *e, const char *name)
{
	buffer_putc(e->out, e->labels ? ',' : '{');
	e->labels = true;
	buffer_puts(e->out, name);
	buffer_literal(e->out, "=\"");
}

void label_end(struct exposition *e)
{
	buffer_putc(e->out, '"');
}

void label_put(struct exposition *e, const char *name, const char *value, size_t n)
{
	label_begin(e, name);
	for (size_t i = 0; i < n; i++) {
		if (value[i] == '\\' || value[i] == '"')
			buffer_putc(e->out, '\\');
		if (value[i] == '\n')
			buffer_literal(e->out, "\\n");
		else
			buffer_putc(e->out, value[i]);
	}
	label_end(e);
}

void label_word(struct exposition *e, const char *name, const char *word)
{
	label_put(e, name, word, strlen(word));
}

static void value_begin(struct exposition *e)
{
	if (e->labels)
		buffer_putc(e->out, '}');
	buffer_putc(e->out, ' ');
}

void sample_u64(struct exposition *e, uint64_t value)
{
	value_begin(e);
	buffer_u64(e->out, value);
	buffer_putc(e->out, '\n');
}

void seconds_put(struct buffer *out, uint64_t ns)
{
	buffer_u64(out, ns / NSEC_PER_SEC);
	buffer_putc(out, '.');
	buffer_u64_padded(out, ns % NSEC_PER_SEC, 9);
}

void sample_seconds(struct exposition *e, uint64_t ns)
{
	value_begin(e);
	seconds_put(e->out, ns);
	buffer_putc(e->out, '\n');
}

void sample_ratio(struct exposition *e, uint64_t part, uint64_t whole)
{
	uint64_t millionths = part >= whole ? 1000000 : part * 1000000 / whole;

	value_begin(e);
	buffer_u64(e->out, millionths / 1000000);
	buffer_putc(e->out, '.');
	buffer_u64_padded(e->out, millionths % 1000000, 6);
	buffer_putc(e->out, '\n');
}
