// SPDX-License-Identifier: MIT
#include "util/utc.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "util/clock.h"
#include "util/parse.h"
#include "util/part.h"

#define DAY_NS (24 * 3600 * NSEC_PER_SEC)

/* Takes that many digits off the text, and the character behind them. */
static int take_number(const char **text, size_t digits, char behind, int *ret)
{
	int value = 0;

	for (size_t i = 0; i < digits; i++) {
		char c = (*text)[i];

		if (c < '0' || c > '9')
			return -EINVAL;
		value = value * 10 + (c - '0');
	}
	if ((*text)[digits] != behind)
		return -EINVAL;
	*text += digits + 1;
	*ret = value;
	return 0;
}

static int take_fraction(const char *text, uint64_t *ret_ns)
{
	size_t digits = strspn(text, PART_DIGITS);
	uint64_t value = 0;

	if (!digits || digits > 9 || strcmp(text + digits, "Z"))
		return -EINVAL;
	for (size_t i = 0; i < 9; i++)
		value = value * 10 + (i < digits ? (uint64_t)(text[i] - '0') : 0);
	*ret_ns = value;
	return 0;
}

int utc_parse(const char *text, uint64_t *ret_ns)
{
	char behind_seconds = strchr(text, '.') ? '.' : 'Z';
	uint64_t ns = 0;
	struct tm tm = {0}, normal;
	time_t seconds;

	if (take_number(&text, 4, '-', &tm.tm_year) || take_number(&text, 2, '-', &tm.tm_mon) ||
	    take_number(&text, 2, 'T', &tm.tm_mday) || take_number(&text, 2, ':', &tm.tm_hour) ||
	    take_number(&text, 2, ':', &tm.tm_min) ||
	    take_number(&text, 2, behind_seconds, &tm.tm_sec))
		return -EINVAL;
	if (behind_seconds == '.' ? take_fraction(text, &ns) : *text)
		return -EINVAL;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	normal = tm;
	seconds = timegm(&normal);
	/* Of a day that there is not, timegm() makes another. */
	if (seconds < 0 || normal.tm_mday != tm.tm_mday || normal.tm_mon != tm.tm_mon ||
	    normal.tm_hour != tm.tm_hour || normal.tm_min != tm.tm_min ||
	    (uint64_t)seconds > UINT64_MAX / NSEC_PER_SEC - 1)
		return -EINVAL;
	*ret_ns = (uint64_t)seconds * NSEC_PER_SEC + ns;
	return 0;
}

static int parse_day(const char *text, uint64_t *ret_ns)
{
	char time[] = "2026-02-16T00:00:00Z";

	if (strlen(text) != strlen("2026-02-16"))
		return -EINVAL;
	memcpy(time, text, strlen("2026-02-16"));
	return utc_parse(time, ret_ns);
}

/* A bare number could be seconds ago as well as since 1970: it is neither. */
static int parse_ago(const char *text, uint64_t *ret_ns)
{
	size_t digits = strspn(text, PART_DIGITS);
	char number[24];
	uint64_t days;

	if (!digits || !text[digits])
		return -EINVAL;
	if (strcmp(text + digits, "d") != 0)
		return parse_duration(text, ret_ns) ? -EINVAL : 0;
	if (digits >= sizeof(number))
		return -EINVAL;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (parse_u64(number, 1, UINT64_MAX / DAY_NS, &days))
		return -EINVAL;
	*ret_ns = days * DAY_NS;
	return 0;
}

int utc_parse_words(const char *text, uint64_t now_ns, uint64_t *ret_ns)
{
	uint64_t today_ns = now_ns / DAY_NS * DAY_NS, ago_ns;

	if (!utc_parse(text, ret_ns) || !parse_day(text, ret_ns))
		return 0;
	if (!strcmp(text, "today"))
		*ret_ns = today_ns;
	else if (!strcmp(text, "yesterday"))
		*ret_ns = today_ns - DAY_NS;
	else if (parse_ago(text, &ago_ns) || ago_ns >= now_ns)
		return -EINVAL;
	else
		*ret_ns = now_ns - ago_ns;
	return 0;
}
