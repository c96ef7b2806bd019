// SPDX-License-Identifier: MIT
#include "ship/retry_after.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/clock.h"

static int month_of(const char *name)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (!strncmp(months + 3 * i, name, 3) && !name[3])
			return i;
	return -1;
}

/* All three forms of RFC 9110, 5.6.7. Returns false for any other. */
static bool parse_date(const char *s, struct tm *ret)
{
	char month[4] = "", end = 0;
	struct tm tm = {0};

	if (sscanf(s, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GM%c", &tm.tm_mday, month,
		   &tm.tm_year, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &end) == 7 &&
	    end == 'T')
		tm.tm_year -= 1900;
	else if (sscanf(s, "%*[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GM%c", &tm.tm_mday, month,
			&tm.tm_year, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &end) == 7 &&
		 end == 'T')
		tm.tm_year += 100; /* of this century: none is long ago */
	else if (sscanf(s, "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d", month, &tm.tm_mday,
			&tm.tm_hour, &tm.tm_min, &tm.tm_sec, &tm.tm_year) == 6)
		tm.tm_year -= 1900;
	else
		return false;
	tm.tm_mon = month_of(month);
	*ret = tm;
	return tm.tm_mon >= 0 && tm.tm_year >= 70 && tm.tm_year <= 400 && tm.tm_mday >= 1 &&
	       tm.tm_mday <= 31 && tm.tm_hour >= 0 && tm.tm_hour <= 23 && tm.tm_min >= 0 &&
	       tm.tm_min <= 59 && tm.tm_sec >= 0 && tm.tm_sec <= 60;
}

/* Digits alone, of any number. False: it is none. */
static bool parse_seconds(const char *s, uint64_t *ret)
{
	uint64_t seconds = 0;

	if (!*s || s[strspn(s, "0123456789")])
		return false;
	for (; *s; s++)
		if (seconds <= RETRY_AFTER_MAX_NS / NSEC_PER_SEC)
			seconds = seconds * 10 + (uint64_t)(*s - '0');
	*ret = seconds;
	return true;
}

static uint64_t at_most(uint64_t seconds)
{
	return seconds > RETRY_AFTER_MAX_NS / NSEC_PER_SEC ? RETRY_AFTER_MAX_NS
							   : seconds * NSEC_PER_SEC;
}

uint64_t retry_after_ns(const char *value, uint64_t now_utc_ns)
{
	uint64_t seconds, now = now_utc_ns / NSEC_PER_SEC;
	struct tm tm;
	time_t until;

	if (parse_seconds(value, &seconds))
		return at_most(seconds);
	if (!parse_date(value, &tm))
		return 0;
	until = timegm(&tm);
	return until <= 0 || (uint64_t)until <= now ? 0 : at_most((uint64_t)until - now);
}
