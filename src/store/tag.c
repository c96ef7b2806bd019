// SPDX-License-Identifier: MIT
#include "store/tag.h"

#include <errno.h>
#include <string.h>

#include "util/address.h"
#include "util/clock.h"
#include "util/part.h"

#define KEY_DESTINATION ",\"network.peer.address\":\""

/* The value of that many digits, which must be there; -1: they are not. */
static int64_t number(const char *digits, size_t n)
{
	int64_t value = 0;

	for (size_t i = 0; i < n; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return -1;
		value = value * 10 + (digits[i] - '0');
	}
	return value;
}

/* Days since 1970 of a date of the proleptic Gregorian calendar, counted in years from March on. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1, m = (month + 9) % 12;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

#define TIME_TEXT "0000-00-00T00:00:00.000000000Z"
#define TIME_LEN  (sizeof(TIME_TEXT) - 1)

/* No check of what a calendar allows: this is our own writing, and only a span comes of it. */
static int read_time(const char *s, uint64_t *ret)
{
	static const struct {
		unsigned int at, len;
	} places[] = {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}, {20, 9}};
	int64_t n[7], seconds;

	for (unsigned int i = 0; i < 7; i++) {
		n[i] = number(s + places[i].at, places[i].len);
		if (n[i] < 0)
			return -EBADMSG;
	}
	if (s[10] != 'T' || s[TIME_LEN - 1] != 'Z' || n[0] < 1970 || n[0] > 2500)
		return -EBADMSG;
	seconds = days_of(n[0], n[1], n[2]) * 86400 + n[3] * 3600 + n[4] * 60 + n[5];
	*ret = (uint64_t)seconds * NSEC_PER_SEC + (uint64_t)n[6];
	return 0;
}

static int take_time(struct part *line, uint64_t *ret)
{
	if (!part_take_prefix(line, "{\"timestamp\":\"") || line->len < TIME_LEN ||
	    read_time(line->at, ret))
		return -EBADMSG;
	line->at += TIME_LEN;
	line->len -= TIME_LEN;
	return 0;
}

/* Of what kind it is: names of notices begin with that of the program. */
static int take_name(struct part *line, bool *ret_notice)
{
	const char *end;

	if (!part_take_prefix(line, "\",\"event.name\":\""))
		return -EBADMSG;
	*ret_notice = part_take_prefix(line, "tpconnect.");
	end = memchr(line->at, '"', line->len);
	if (!end)
		return -EBADMSG;
	line->len -= (size_t)(end - line->at);
	line->at = end;
	return 0;
}

/* Digits, one at least, and what is behind them. */
static int take_number(struct part *line, uint64_t *ret)
{
	uint64_t value = 0;
	size_t n = 0;

	for (; n < line->len && line->at[n] >= '0' && line->at[n] <= '9'; n++) {
		uint64_t digit = (uint64_t)(line->at[n] - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return -EBADMSG;
		value = value * 10 + digit;
	}
	line->at += n;
	line->len -= n;
	*ret = value;
	return n ? 0 : -EBADMSG;
}

/* What is behind that key; {NULL} where it is not. Few commas come before it: quicker than
 * memmem(). */
static struct part behind(struct part line, const char *key, size_t len)
{
	const char *end = line.at + line.len, *at = line.at;

	while ((at = memchr(at, *key, (size_t)(end - at))) && (size_t)(end - at) >= len) {
		if (!memcmp(at, key, len))
			return (struct part){at + len, (size_t)(end - at) - len};
		at++;
	}
	return (struct part){0};
}

static int read_destination(struct part line, struct tag *tag)
{
	struct part text = behind(line, KEY_DESTINATION, sizeof(KEY_DESTINATION) - 1);
	const char *end = text.at ? memchr(text.at, '"', text.len) : NULL;

	if (!text.at)
		return 0;
	if (!end || address_read(text.at, (size_t)(end - text.at), tag->destination))
		return -EBADMSG;
	tag->has_destination = true;
	return 0;
}

/* It is the last key of all, so that nothing else has to be looked through for it. */
static int read_repeated(struct part line, struct tag *tag)
{
	struct part text;
	uint64_t repeated = 0;

	if (part_take_behind(&line, ',', &text) &&
	    part_take_prefix(&text, "\"tpconnect.repeated\":") &&
	    (take_number(&text, &repeated) || repeated == UINT64_MAX))
		return -EBADMSG;
	tag->events = 1 + repeated;
	return 0;
}

int tag_read(const char *line, size_t size, struct tag *ret)
{
	struct part rest = {line, size};
	struct tag tag = {0};
	bool notice;

	if (take_time(&rest, &tag.time_ns) || take_name(&rest, &notice) ||
	    !part_take_prefix(&rest, "\",\"tpconnect.seq\":") || take_number(&rest, &tag.seq))
		return -EBADMSG;
	if (!notice && (read_destination(rest, &tag) || read_repeated(rest, &tag)))
		return -EBADMSG;
	*ret = tag;
	return 0;
}
