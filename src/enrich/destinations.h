/* SPDX-License-Identifier: MIT */
/*
 * The names of destinations: what src/dns knows at a connection's first event, and the same in all
 * that follow, whatever is answered or forgotten meanwhile.
 */
#ifndef ENRICH_DESTINATIONS_H
#define ENRICH_DESTINATIONS_H

#include "dns/known.h"
#include "enrich/connection.h"
#include "util/cache.h"

struct destinations {
	bool closes;	     /* events of EVENT_CLOSE will come */
	struct known *known; /* NULL: nobody wants names */
	struct cache held;   /* by connection: struct dns_names, and its texts */
	struct dns_names found, again;
	struct connection_key over; /* its last event came last: to be forgotten */
	bool has_over;
};

/* host: see dns/known.h. -ENOMEM. */
int destinations_open(struct destinations *destinations, bool closes, bool host);
void destinations_close(struct destinations *destinations);

/*
 * The names of an event that has come, whose image is set as far as it is known; NULL: there are
 * none, or nobody wants any. Valid until the next call, or until known_record().
 */
const struct dns_names *destinations_event(struct destinations *destinations,
					   const struct event *event);

/* Those of one that was kept, likewise; leaves those of the event that came last as they are. */
const struct dns_names *destinations_again(struct destinations *destinations,
					   const struct event *event);

#endif
