// SPDX-License-Identifier: MIT
#include "format/list.h"

#include <string.h>

#include "format/brief.h"
#include "format/cell.h"
#include "format/layout.h"
#include "format/who.h"
#include "util/array.h"

static const struct {
	const char *name;
	bool right;	    /* numbers */
	unsigned int least; /* columns to which cells can be shortened; 0: they cannot */
} columns[LIST_COLUMNS] = {
	[LIST_STATE] = {"STATE", false, 0},
	[LIST_PROCESS] = {"PROCESS", false, 8},
	[LIST_PID] = {"PID", true, 0},
	[LIST_FD] = {"FD", true, 0},
	[LIST_LOCAL] = {"LOCAL", false, SRC_MIN},
	[LIST_REMOTE] = {"REMOTE", false, 15},
	[LIST_DIR] = {"DIR", false, 0},
	[LIST_IDLE] = {"IDLE", true, 0},
	[LIST_RTT] = {"RTT", true, 0},
	[LIST_RETR] = {"RETR", true, 0},
	[LIST_UNACKED] = {"UNACKED", true, 0},
	[LIST_TX] = {"TX", true, 0},
	[LIST_RX] = {"RX", true, 0},
	[LIST_PLACE] = {"CONTAINER/UNIT", false, 14},
	[LIST_EXE] = {"EXE", false, 16},
};

/* Cells */

/* "sshd +2": two more processes hold it. */
static void process_cell(struct cell *cell, const struct event *event, unsigned int max)
{
	char data[16];
	struct buffer more = {.data = data, .cap = sizeof(data)};

	if (!event->open.held) {
		cell_word(cell, event->open.kernel ? "(kernel)" : "-");
		return;
	}
	if (event->has & EVENT_HAS_HOLDERS && event->holders > 1) {
		buffer_literal(&more, " +");
		buffer_u64(&more, event->holders - 1);
	}
	if (more.len >= max)
		more.len = strlen(" +");
	cell_name(cell, event->comm, max - (unsigned int)more.len);
	buffer_put(&cell->text, more.data, more.len);
	cell->width += (unsigned int)more.len;
}

/* Of the two ports, the one that says which service it is has the name. */
static bool is_server(const struct event *event)
{
	return event_listens(event) || event->open.direction == DIRECTION_IN;
}

static void local_cell(struct cell *cell, const struct event *event, const struct names *names,
		       unsigned int max)
{
	const char *service = is_server(event) ? names_service(names, event->src.port) : NULL;

	if (event->has & EVENT_HAS_SRC)
		cell_endpoint(cell, &event->src, event->family, service, max);
	else
		cell_word(cell, "-");
}

static void remote_cell(struct cell *cell, const struct event *event, const struct names *names,
			unsigned int max)
{
	const char *service = is_server(event) ? NULL : names_service(names, event->dst.port);

	cell_endpoint(cell, &event->dst, event->family, service, max);
}

static void size_cell(struct cell *cell, uint64_t bytes)
{
	cell_start(cell);
	brief_size(&cell->text, bytes);
	cell_done(cell);
}

static void duration_cell(struct cell *cell, bool known, uint64_t ns)
{
	cell_word(cell, known ? "" : "-");
	if (known)
		brief_duration(&cell->text, ns);
	cell_done(cell);
}

static void exe_cell(struct cell *cell, const struct event *event, unsigned int max)
{
	const struct image *image = event->image;

	if (image)
		who_exe_cell(cell, image->exe, image->exe_tail, image->memfd, max);
	else
		cell_word(cell, "-");
}

/* What a connection is doing: a socket that listens is none. */
static void connection_cell(struct cell *cell, const struct event *event, enum list_column column)
{
	const struct event_open *open = &event->open;

	switch (column) {
	case LIST_DIR:
		cell_word(cell, open->direction == DIRECTION_UNKNOWN
					? "?"
					: direction_name(open->direction));
		break;
	case LIST_IDLE:
		duration_cell(cell, event->has & EVENT_HAS_IDLE, open->idle_ns);
		break;
	case LIST_RTT:
		duration_cell(cell, event->has & EVENT_HAS_RTT, (uint64_t)event->rtt_us * 1000);
		break;
	case LIST_RETR:
		cell_number(cell, event->retransmits);
		break;
	case LIST_UNACKED:
		size_cell(cell, open->unacked);
		break;
	case LIST_TX:
		size_cell(cell, event->bytes_sent);
		break;
	default:
		size_cell(cell, event->bytes_received);
	}
}

static void fill_cell(struct cell *cell, const struct event *event, enum list_column column,
		      const struct names *names, unsigned int max)
{
	bool held = event->open.held;

	switch (column) {
	case LIST_STATE:
		cell_word(cell, brief_state(event->open.state));
		return;
	case LIST_PROCESS:
		process_cell(cell, event, max);
		return;
	case LIST_PID:
	case LIST_FD:
		if (held)
			cell_number(cell, column == LIST_PID ? event->pid : event->open.fd);
		else
			cell_word(cell, "-");
		return;
	case LIST_LOCAL:
		local_cell(cell, event, names, max);
		return;
	case LIST_PLACE:
		who_place_cell(cell, event, max);
		if (!cell->width)
			cell_word(cell, "-");
		return;
	case LIST_EXE:
		exe_cell(cell, event, max);
		return;
	default:
		break;
	}
	if (event_listens(event))
		cell_word(cell, "-");
	else if (column == LIST_REMOTE)
		remote_cell(cell, event, names, max);
	else
		connection_cell(cell, event, column);
}

/* Columns */

static bool is_optional(enum list_column column)
{
	return column >= LIST_PLACE;
}

void list_table_start(struct list_table *table)
{
	for (enum list_column i = 0; i < LIST_COLUMNS; i++)
		table->width[i] = is_optional(i) ? 0 : (unsigned int)strlen(columns[i].name);
}

static bool is_dash(const struct cell *cell)
{
	return cell->width == 1 && *cell->data == '-';
}

/* An optional column is there as soon as one cell says something. */
void list_table_fit(struct list_table *table, const struct event *event, const struct names *names)
{
	unsigned int name_width;
	struct cell cell;

	for (enum list_column i = 0; i < LIST_COLUMNS; i++) {
		fill_cell(&cell, event, i, names, CELL_PATH_MAX);
		if (is_optional(i) && is_dash(&cell))
			continue;
		name_width = (unsigned int)strlen(columns[i].name);
		if (cell.width < name_width)
			cell.width = name_width;
		if (table->width[i] < cell.width)
			table->width[i] = cell.width;
	}
}

/* The least that the column needs: all of it, where it cannot be shortened. */
static unsigned int least(const struct list_table *table, enum list_column column)
{
	unsigned int width = table->width[column];

	return columns[column].least && columns[column].least < width ? columns[column].least
								      : width;
}

/* Of a row, with a space between two columns; of which columns the least is taken. */
static unsigned int total(const struct list_table *table, bool of_optional_only)
{
	unsigned int sum = 0;

	for (enum list_column i = 0; i < LIST_COLUMNS; i++)
		if (table->width[i])
			sum += (sum ? 1 : 0) + (of_optional_only && !is_optional(i)
							? table->width[i]
							: least(table, i));
	return sum;
}

static void leave_out(struct list_table *table, unsigned int width)
{
	/* In turn. A local address is most often that of this host: its port may do. */
	static const enum list_column narrow[] = {
		LIST_UNACKED, LIST_FD, LIST_RETR, LIST_RTT, LIST_IDLE, LIST_LOCAL,
		LIST_STATE,   LIST_RX, LIST_TX,	  LIST_DIR, LIST_PID,
	};

	for (enum list_column i = LIST_EXE; i >= LIST_PLACE && total(table, true) > width; i--)
		table->width[i] = 0;
	for (size_t i = 0; i < ARRAY_SIZE(narrow) && total(table, false) > width; i++)
		table->width[narrow[i]] = 0;
}

void list_table_narrow(struct list_table *table, unsigned int width)
{
	/* What is known of most rows by their other end comes first. */
	static const enum list_column widened[] = {LIST_REMOTE, LIST_PROCESS, LIST_LOCAL,
						   LIST_PLACE, LIST_EXE};
	unsigned int least_total, room;

	leave_out(table, width);
	least_total = total(table, false);
	room = width > least_total ? width - least_total : 0;
	for (size_t i = 0; i < ARRAY_SIZE(widened); i++) {
		unsigned int *whole = &table->width[widened[i]],
			     narrowed = least(table, widened[i]);
		unsigned int more = *whole - narrowed < room ? *whole - narrowed : room;

		*whole = narrowed + more;
		room -= more;
	}
}

/* Lines */

/* A row has no spaces at its end. */
static void put_cell(struct buffer *out, const struct list_table *table, enum list_column column,
		     const struct cell *cell)
{
	bool last = true;

	for (enum list_column i = column + 1; i < LIST_COLUMNS; i++)
		last = last && !table->width[i];
	cell_put(out, cell, last && !columns[column].right ? 0 : table->width[column],
		 columns[column].right);
	buffer_putc(out, last ? '\n' : ' ');
}

void list_table_header(struct buffer *out, const struct list_table *table)
{
	struct cell cell;

	for (enum list_column i = 0; i < LIST_COLUMNS; i++)
		if (table->width[i]) {
			cell_name(&cell, columns[i].name, table->width[i]);
			put_cell(out, table, i, &cell);
		}
}

void list_table_row(struct buffer *out, const struct list_table *table, const struct event *event,
		    const struct names *names)
{
	struct cell cell;

	for (enum list_column i = 0; i < LIST_COLUMNS; i++)
		if (table->width[i]) {
			fill_cell(&cell, event, i, names, table->width[i]);
			put_cell(out, table, i, &cell);
		}
}

void list_sums(struct buffer *out, const struct opens *opens)
{
	const struct {
		uint64_t n;
		const char *what;
	} parts[] = {
		{opens->outbound, " outbound"},
		{opens->inbound, " inbound"},
		{opens->unknown, " of unknown direction"},
		{opens->listening, " listening"},
		{opens->unheld, " held by no process"},
	};
	const char *comma = "";

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!parts[i].n)
			continue;
		buffer_puts(out, comma);
		brief_grouped(out, parts[i].n);
		buffer_puts(out, parts[i].what);
		comma = ", ";
	}
}
