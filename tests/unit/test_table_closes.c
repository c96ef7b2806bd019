// SPDX-License-Identifier: MIT
/* The ends of connections as lines of a table: what is told of them in how many columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/brief.h"
#include "format/fields.h"
#include "format/format.h"
#include "unit/random.h"
#include "unit/random_event.h"
#include "unit/written.h"
#include "util/address.h"
#include "util/array.h"

static void the_end_of_a_connection_has_columns_where_there_is_room(void **state)
{
	static const struct {
		unsigned int width;
		const char *end;
	} headers[] = {
		{100, "ERROR        LATENCY\n"},
		{156, "ERROR        LATENCY\n"},
		{157, "LATENCY DURATION    TX    RX ENDED             RTT RETRANS\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		struct format_context ctx = {.width = headers[i].width};
		struct buffer line = empty_buffer();
		const char *end = headers[i].end;

		format_table.header(&line, &ctx);
		assert_null(strstr(text_of(&line), "DURATION"));
		ctx.closes = true;
		line = empty_buffer();
		format_table.header(&line, &ctx);
		if (line.len < strlen(end) || strcmp(text_of(&line) + line.len - strlen(end), end))
			fail_msg("%u: not %s", headers[i].width, end);
	}
}

static struct event random_close(uint64_t *seed)
{
	struct event event = random_event(seed);

	event.kind = EVENT_CLOSE;
	event.has &= ~EVENT_HAS_LATENCY;
	event.repeated = 0;
	event.retransmits = next_random(seed) % 2 ? event.retransmits % 10 : 0;
	snprintf(event.comm, sizeof(event.comm), "%.*s", (int)(next_random(seed) % COMM_LEN),
		 "a-fifteen-lette");
	return event;
}

/* What a close can tell, each as it stands in words and in a column; "" where it has none. */
enum fact { DURATION, ENDED, TX, RX, RTT, RETRANS, ERROR, NAME, SRC, DST, FACTS };

struct facts {
	char text[FACTS][80];
};

static void fact_text(struct facts *facts, enum fact fact, const char *before, struct buffer *value)
{
	snprintf(facts->text[fact], sizeof(facts->text[fact]), "%s%.*s", before, (int)value->len,
		 value->data);
	value->len = 0;
}

static void fact_endpoint(struct facts *facts, enum fact fact, const struct endpoint *endpoint,
			  uint8_t family, struct buffer *value)
{
	put_address(value, endpoint->addr, family);
	snprintf(facts->text[fact], sizeof(facts->text[fact]),
		 family == 6 ? " [%.*s]:%u " : " %.*s:%u ", (int)value->len, value->data,
		 endpoint->port);
	value->len = 0;
}

static struct facts facts_of(const struct event *event, bool columns)
{
	struct buffer value = empty_buffer();
	struct facts facts = {0};

	if (event->has & EVENT_HAS_DURATION) {
		brief_duration(&value, event->duration_ns);
	} else if (event->has & EVENT_HAS_OBSERVED) {
		buffer_putc(&value, '>');
		brief_duration(&value, event->observed_ns);
	}
	fact_text(&facts, DURATION, " ", &value);
	if (event->ended > ENDED_LOCAL)
		buffer_puts(&value, ended_name(event->ended));
	fact_text(&facts, ENDED, " ", &value);
	brief_size(&value, event->bytes_sent);
	fact_text(&facts, TX, columns ? " " : " tx=", &value);
	brief_size(&value, event->bytes_received);
	fact_text(&facts, RX, columns ? " " : " rx=", &value);
	if (event->has & EVENT_HAS_RTT)
		brief_duration(&value, event->rtt_us * 1000ull);
	fact_text(&facts, RTT, columns || !value.len ? " " : " rtt=", &value);
	if (event->retransmits)
		buffer_u64(&value, event->retransmits);
	fact_text(&facts, RETRANS, columns || !value.len ? " " : " retrans=", &value);
	if (event->has & EVENT_HAS_ERROR)
		field_errno(&value, event->error);
	fact_text(&facts, ERROR, " ", &value);
	if (event->has & EVENT_HAS_PROCESS)
		buffer_puts(&value, event->comm);
	fact_text(&facts, NAME, " ", &value);
	if (event->has & EVENT_HAS_SRC)
		fact_endpoint(&facts, SRC, &event->src, event->family, &value);
	fact_endpoint(&facts, DST, &event->dst, event->family, &value);
	return facts;
}

/* A word of its own: 1.5K is not in 21.5K, nor is tx=1 in tx=10. */
static bool has_word(const char *line, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = line; (at = strstr(at, word)); at++)
		if (word[len - 1] == ' ' || strchr(" \n", at[len]))
			return true;
	return false;
}

static bool close_shows(const struct event *event, unsigned int width, bool fit, bool shown[FACTS])
{
	struct format_context ctx = {.width = width, .closes = true};
	struct buffer header = empty_buffer(), line = empty_buffer();
	struct facts facts;

	if (fit)
		format_table.fit(event, &ctx);
	format_table.header(&header, &ctx);
	facts = facts_of(event, strstr(text_of(&header), " DURATION "));
	format_table.event(&line, event, &ctx);
	for (int i = 0; i < FACTS; i++)
		shown[i] = has_word(text_of(&line), facts.text[i]);
	return event->ended <= ENDED_LOCAL || shown[ENDED];
}

/* From 80 columns on; and how a connection ended is never left out, unless as it should. */
static void a_wider_table_shows_no_less_of_a_close(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int n = 0; n < 1000; n++) {
		struct event event = random_close(&seed);
		bool before[FACTS] = {0}, shown[FACTS];

		for (unsigned int width = 80; width <= 220; width++) {
			if (!close_shows(&event, width, n % 2, shown))
				fail_msg("%d: no %s in %u", n, ended_name(event.ended), width);
			for (int i = 0; i < FACTS; i++)
				if (before[i] && !shown[i])
					fail_msg("%d: no%s in %u columns", n,
						 facts_of(&event, false).text[i], width);
			memcpy(before, shown, sizeof(before));
		}
	}
}

/* The line as far as its event; how long that is. */
static size_t line_before(char line[FORMAT_LINE_MAX], const char *name, const struct event *event,
			  const struct format_context *ctx)
{
	struct buffer b = empty_buffer();
	const char *at;

	format_table.event(&b, event, ctx);
	at = strstr(text_of(&b), name);
	if (!at)
		fail_msg("no%s in %u columns: %s", name, ctx->width, text_of(&b));
	memcpy(line, b.data, b.len);
	return (size_t)(at - b.data);
}

static void a_close_stands_below_what_came_before(void **state)
{
	static char opened[FORMAT_LINE_MAX], closed[FORMAT_LINE_MAX];
	uint64_t seed = 6;

	(void)state;
	for (unsigned int width = 40; width <= 220; width++) {
		for (int n = 0; n < 100; n++) {
			struct format_context ctx = {.width = width, .closes = true};
			struct event event = random_close(&seed);
			size_t at = line_before(closed, " close", &event, &ctx);

			event.kind = EVENT_ESTABLISHED;
			event.has &= ~EVENT_HAS_ERROR;
			if (line_before(opened, " established", &event, &ctx) != at ||
			    memcmp(opened, closed, at) != 0)
				fail_msg("in %u columns: %.*s", width, (int)at, closed);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_of_a_connection_has_columns_where_there_is_room),
		cmocka_unit_test(a_wider_table_shows_no_less_of_a_close),
		cmocka_unit_test(a_close_stands_below_what_came_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
