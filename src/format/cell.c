// SPDX-License-Identifier: MIT
#include "format/cell.h"

#include <string.h>

#include "format/fields.h"
#include "util/address.h"

/* In fewer columns, an address says nothing. */
#define ADDRESS_MIN 5

void cell_start(struct cell *cell)
{
	cell->text = (struct buffer){.data = cell->data, .cap = sizeof(cell->data)};
	cell->width = 0;
}

void cell_done(struct cell *cell)
{
	cell->width = (unsigned int)cell->text.len;
}

void cell_word(struct cell *cell, const char *word)
{
	cell_start(cell);
	buffer_puts(&cell->text, word);
	cell_done(cell);
}

void cell_number(struct cell *cell, uint64_t number)
{
	cell_start(cell);
	buffer_u64(&cell->text, number);
	cell_done(cell);
}

void cell_name(struct cell *cell, const char *name, unsigned int max)
{
	cell_start(cell);
	cell->width = put_legible(&cell->text, name, max);
}

unsigned int cell_columns(const char *text)
{
	size_t len = strlen(text), step;
	unsigned int columns = 0;
	struct legible shown;

	for (; len; text += step, len -= step) {
		step = legible_step(text, len, &shown);
		columns += shown.width;
	}
	return columns;
}

/* What is left of the text without its first columns, and without marks of what was the last. */
static const char *skip_columns(const char *text, unsigned int columns)
{
	size_t len = strlen(text), step;
	unsigned int skipped = 0;
	struct legible shown;

	for (; len; text += step, len -= step) {
		step = legible_step(text, len, &shown);
		if (skipped >= columns && shown.width)
			break;
		skipped += shown.width;
	}
	return text;
}

void cell_path(struct cell *cell, const char *before, const char *path, unsigned int max)
{
	unsigned int n, n_before = (unsigned int)strlen(before);

	max = max < CELL_PATH_MAX ? max : CELL_PATH_MAX;
	n = cell_columns(path);
	cell_start(cell);
	if (n_before + n <= max) {
		buffer_puts(&cell->text, before);
		cell->width = n_before;
	} else {
		buffer_literal(&cell->text, ELLIPSIS);
		cell->width = 1;
		path = skip_columns(path, n > max - 1 ? n - (max - 1) : 0);
	}
	if (*path)
		cell->width += put_legible(&cell->text, path, CELL_MAX);
}

static void put_ellipsis(struct cell *cell, const char *head, size_t n_head, const char *tail,
			 size_t n_tail)
{
	buffer_put(&cell->text, head, n_head);
	buffer_literal(&cell->text, ELLIPSIS);
	buffer_put(&cell->text, tail, n_tail);
	cell->width += (unsigned int)(n_head + 1 + n_tail);
}

/* Keeps the network in front and, of an IPv6 address, the end, which tells hosts apart. */
static void put_cell_address(struct cell *cell, const char *address, size_t len, uint8_t family,
			     size_t room)
{
	size_t n_tail = family == 6 ? (room - 1) / 2 : 0;

	if (len <= room) {
		buffer_put(&cell->text, address, len);
		cell->width += (unsigned int)len;
	} else if (room >= ADDRESS_MIN) {
		put_ellipsis(cell, address, room - 1 - n_tail, address + len - n_tail, n_tail);
	}
}

void cell_address(struct cell *cell, const uint8_t addr[16], uint8_t family, uint32_t scope_id,
		  unsigned int max)
{
	char data[ADDRESS_TEXT_MAX];
	struct buffer address = {.data = data, .cap = sizeof(data)};

	put_zoned_address(&address, addr, family, scope_id);
	cell_start(cell);
	put_cell_address(cell, data, address.len, family, max);
}

/* The service's name, if there is room for the address beside it; the number otherwise. */
static void port_cell(struct cell *cell, uint16_t port, const char *service, size_t room)
{
	if (service)
		cell_name(cell, service, CELL_MAX / 4);
	if (!service || cell->width > room)
		cell_number(cell, port);
}

void cell_endpoint(struct cell *cell, const struct endpoint *endpoint, uint8_t family,
		   const char *service, unsigned int max)
{
	char data[ADDRESS_TEXT_MAX];
	struct buffer address = {.data = data, .cap = sizeof(data)};
	size_t brackets = family == 6 ? 2 : 0, len, room;
	struct cell port;

	put_zoned_address(&address, endpoint->addr, family, endpoint->scope_id);
	len = address.len + brackets;
	port_cell(&port, endpoint->port, service, max > len ? max - len - 1 : 0);
	room = max > port.width + 1 + brackets ? max - port.width - 1 - brackets : 0;
	cell_start(cell);
	if (brackets && (address.len <= room || room >= ADDRESS_MIN)) {
		buffer_putc(&cell->text, '[');
		put_cell_address(cell, data, address.len, family, room);
		buffer_putc(&cell->text, ']');
		cell->width += 2;
	} else {
		put_cell_address(cell, data, address.len, family, room);
	}
	buffer_putc(&cell->text, ':');
	buffer_put(&cell->text, port.data, port.text.len);
	cell->width += 1 + port.width;
}

void cell_put(struct buffer *out, const struct cell *cell, unsigned int width, bool right)
{
	unsigned int missing = width > cell->width ? width - cell->width : 0;

	if (right)
		buffer_spaces(out, missing);
	buffer_put(out, cell->data, cell->text.len);
	if (!right)
		buffer_spaces(out, missing);
}

void cell_shrink(unsigned int *width, unsigned int *over, unsigned int least)
{
	unsigned int by = *width > least ? *width - least : 0;

	by = by < *over ? by : *over;
	*width -= by;
	*over -= by;
}
