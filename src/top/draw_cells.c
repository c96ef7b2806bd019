// SPDX-License-Identifier: MIT
#include <string.h>

#include "format/brief.h"
#include "format/color.h"
#include "format/dns.h"
#include "format/fields.h"
#include "format/who.h"
#include "top/draw.h"
#include "util/address.h"
#include "util/clock.h"

/* In fewer columns, an address says more than the end of a name. */
#define NAME_LEAST 8

void who_cell(struct cell *cell, const struct live_pair *pair, unsigned int max)
{
	char data[16];
	struct buffer pid = {.data = data, .cap = sizeof(data)};

	if (!pair->has_process) {
		cell_name(cell, "(unknown)", max);
		return;
	}
	buffer_putc(&pid, '[');
	buffer_u64(&pid, pair->pid);
	buffer_putc(&pid, ']');
	cell_name(cell, pair->comm, max > pid.len + 1 ? max - (unsigned int)pid.len : max);
	if (cell->width + pid.len > max)
		return;
	buffer_put(&cell->text, data, pid.len);
	cell->width += (unsigned int)pid.len;
}

void user_cell(struct cell *cell, const struct live_pair *pair, const struct names *names,
	       unsigned int max)
{
	const char *name = pair->has_process ? names_user(names, pair->uid) : NULL;

	if (name)
		cell_name(cell, name, max);
	else if (pair->has_process)
		cell_number(cell, pair->uid);
	else
		cell_word(cell, "-");
}

/* An id of which the first digits say enough; a container that has none goes by its name. */
static bool is_id(const char *container)
{
	return strlen(container) > CONTAINER_DIGITS &&
	       container[strspn(container, "0123456789abcdef")] == '\0';
}

void place_cell(struct cell *cell, const struct live_pair *pair, unsigned int max)
{
	char digits[CONTAINER_DIGITS + 1] = "";

	if (pair->container_name) {
		cell_name(cell, pair->container_name, max);
	} else if (pair->container && is_id(pair->container)) {
		memcpy(digits, pair->container, CONTAINER_DIGITS);
		cell_name(cell, digits, max);
	} else if (pair->container) {
		cell_name(cell, pair->container, max);
	} else if (pair->unit) {
		cell_name(cell, pair->unit, max);
	} else if (pair->cgroup) {
		cell_path(cell, "", pair->cgroup, max);
	} else {
		cell_word(cell, "-");
	}
}

void exe_cell(struct cell *cell, const struct live_pair *pair, unsigned int max)
{
	if (pair->exe)
		cell_path(cell, "", pair->exe, max);
	else
		cell_word(cell, "-");
}

void name_cell(struct cell *cell, const struct live_pair *pair, unsigned int max)
{
	dns_cell(cell, pair->names.n ? &pair->names : NULL, max);
}

/* Whether it can be read as nothing but the name of a host: the last label of an address is none.
 */
static bool is_host_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.")] &&
	       strspn(dot ? dot + 1 : name, "abcdefghijklmnopqrstuvwxyz");
}

void peer_cell(struct cell *cell, const struct live_pair *pair, unsigned int max)
{
	const char *name = dns_names_sure(&pair->names);
	struct cell port;

	cell_start(&port);
	buffer_putc(&port.text, ':');
	buffer_u64(&port.text, pair->dst.port);
	if (!name || !is_host_name(name) || max < NAME_LEAST + port.text.len) {
		cell_endpoint(cell, &pair->dst, pair->family, NULL, max);
		return;
	}
	cell_path(cell, "", name, max - (unsigned int)port.text.len);
	buffer_put(&cell->text, port.data, port.text.len);
	cell->width += (unsigned int)port.text.len;
}

void network_cell(struct cell *cell, const struct live_pair *pair, unsigned int max)
{
	bool is_ipv4 = address_family(pair->dst.addr) == 4;
	uint8_t addr[16] = {0};
	struct cell network;

	memcpy(addr, pair->dst.addr, is_ipv4 ? 15 : 8);
	cell_address(&network, addr, is_ipv4 ? 4 : 6, 0, max > 8 ? max - 3 : 5);
	cell_start(cell);
	buffer_put(&cell->text, network.data, network.text.len);
	buffer_puts(&cell->text, is_ipv4 ? "/24" : "/64");
	cell->width = network.width + 3;
}

void port_cell(struct cell *cell, uint16_t port, const struct names *names, unsigned int max)
{
	const char *service = names_service(names, port);
	struct cell name;

	cell_number(cell, port);
	if (!service || max < cell->width + 3)
		return;
	cell_name(&name, service, max - cell->width - 1);
	buffer_putc(&cell->text, ' ');
	buffer_put(&cell->text, name.data, name.text.len);
	cell->width += 1 + name.width;
}

void group_cell(struct cell *cell, enum rows_by by, const struct live_pair *pair,
		const struct names *names, unsigned int max)
{
	switch (by) {
	case ROWS_EXE:
		exe_cell(cell, pair, max);
		break;
	case ROWS_CONTAINER:
		place_cell(cell, pair, max);
		break;
	case ROWS_USER:
		user_cell(cell, pair, names, max);
		break;
	case ROWS_DST:
		cell_endpoint(cell, &pair->dst, pair->family, NULL, max);
		break;
	case ROWS_NETWORK:
		network_cell(cell, pair, max);
		break;
	case ROWS_PORT:
		port_cell(cell, pair->dst.port, names, max);
		break;
	case ROWS_NAME:
		name_cell(cell, pair, max);
		break;
	default:
		who_cell(cell, pair, max);
	}
}

void rate_cell(struct cell *cell, uint32_t n, uint64_t interval_ns)
{
	uint64_t us = interval_ns / NSEC_PER_USEC;
	uint64_t tenths =
		us ? ((uint64_t)n * 10 * (NSEC_PER_SEC / NSEC_PER_USEC) + us / 2) / us : 0;

	tenths = n && !tenths ? 1 : tenths;
	cell_start(cell);
	if (tenths % 10 && tenths < 100) {
		buffer_u64(&cell->text, tenths / 10);
		buffer_putc(&cell->text, '.');
		buffer_u64(&cell->text, tenths % 10);
	} else {
		brief_count(&cell->text, tenths / 10);
	}
	cell_done(cell);
}

void duration_cell(struct cell *cell, uint64_t ns)
{
	cell_word(cell, ns ? "" : "-");
	if (ns)
		brief_duration(&cell->text, ns);
	cell_done(cell);
}

void size_cell(struct cell *cell, uint64_t bytes)
{
	cell_start(cell);
	brief_size(&cell->text, bytes);
	cell_done(cell);
}

void count_cell(struct cell *cell, uint64_t n)
{
	cell_start(cell);
	brief_count(&cell->text, n);
	cell_done(cell);
}

void error_cell(struct cell *cell, uint16_t error)
{
	cell_word(cell, error ? "" : "cancelled");
	if (error)
		field_errno(&cell->text, error);
	cell_done(cell);
}

void put_again(struct buffer *out, uint32_t retries)
{
	buffer_literal(out, "SYN sent again ");
	if (retries <= 2) {
		buffer_puts(out, retries == 1 ? "once" : "twice");
	} else {
		buffer_u64(out, retries);
		buffer_literal(out, " times");
	}
}

void draw_header(struct draw *draw, const struct column *columns, const uint8_t *widths, size_t n)
{
	struct line *line = draw_line(draw, SGR_BOLD);

	for (size_t i = 0; i < n; i++) {
		struct cell cell;

		if (!widths[i])
			continue;
		cell_name(&cell, columns[i].title, widths[i]);
		line_puts(line, " ");
		line_cell(line, &cell, widths[i], columns[i].right);
	}
	draw_next(draw);
}
