// SPDX-License-Identifier: MIT
#include "dns/known.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dns/answer.h"
#include "model/decode.h"
#include "util/array.h"
#include "util/cache.h"
#include "util/clock.h"

/* How long a name is still believed to be used when its time to live has run out. */
#define GRACE_NS (60 * NSEC_PER_SEC)

/*
 * All processes with the same remainder of their pid have one share. An address takes about 200
 * bytes, so that a share has room for some 2,500, and all together never take more than 8 MiB.
 */
#define SHARES	    16
#define SHARE_BYTES (512 << 10)

/* No padding. An image of zeros stands for all of the host's. */
struct key {
	struct image_key image;
	uint8_t addr[16];
};

struct name {
	uint64_t first_ns; /* when the address was answered for it, as long as it is valid since */
	uint64_t last_ns;
	uint64_t until_ns;
	uint64_t valid_ns; /* the longest that one of its answers was valid for */
	const char *text;
};

/* The names of an address, the one that was answered last first; texts behind them. */
struct entry {
	uint64_t lost_until_ns; /* until then, names may have been valid that are not kept */
	size_t n;
	struct name names[];
};

struct known {
	bool host;
	struct cache shares[SHARES];
	struct known_counts counts;
	uint64_t now_ns; /* of the last answer */
	struct dns_answer answer;
	char texts[DNS_NAMES_MAX][DNS_NAME_ROOM]; /* of an entry while it makes room for a name */
};

/* What an attempt looks for. */
struct search {
	uint64_t time_ns;
	uint64_t before_ns; /* what was answered later does not count */
	struct name names[DNS_NAMES_MAX];
	size_t n;
	bool more; /* others may fit that are not kept */
};

/* Of what is no longer valid, nothing is lost. */
static void on_evicted(void *ctx, const void *key, const void *value)
{
	const struct entry *entry = value;
	struct known *known = ctx;
	bool valid = false;

	(void)key;
	for (size_t i = 0; i < entry->n; i++)
		valid |= entry->names[i].until_ns >= known->now_ns;
	known->counts.forgotten += valid;
}

int known_new(bool host, struct known **ret)
{
	struct known *known = calloc(1, sizeof(*known));

	if (!known)
		return -ENOMEM;
	known->host = host;
	for (size_t i = 0; i < SHARES; i++)
		known->shares[i] = (struct cache){
			.key_size = sizeof(struct key),
			.max = SIZE_MAX,
			.max_bytes = SHARE_BYTES,
			.on_evicted = on_evicted,
			.ctx = known,
		};
	*ret = known;
	return 0;
}

void known_free(struct known *known)
{
	if (!known)
		return;
	for (size_t i = 0; i < SHARES; i++)
		cache_clear(&known->shares[i]);
	free(known);
}

static struct cache *share_of(struct known *known, uint32_t pid)
{
	return &known->shares[pid % SHARES];
}

/* The place of a name in an entry; entry->n: it is not there. */
static size_t place_of(const struct entry *entry, const char *text)
{
	size_t i = 0;

	while (i < entry->n && strcmp(entry->names[i].text, text) != 0)
		i++;
	return i;
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/*
 * Puts the name that is there first, as it was answered once more. If its time had run out, that
 * time is given up, as that of a name without room: attempts made in it may still be looked up.
 */
static void renew(struct entry *entry, size_t place, const struct name *answered)
{
	struct name name = entry->names[place];

	if (answered->last_ns > name.until_ns) {
		entry->lost_until_ns = later(entry->lost_until_ns, name.until_ns);
		name.first_ns = answered->first_ns;
	}
	name.last_ns = answered->last_ns;
	name.until_ns = later(name.until_ns, answered->until_ns);
	name.valid_ns = later(name.valid_ns, answered->valid_ns);
	memmove(&entry->names[1], &entry->names[0], place * sizeof(name));
	entry->names[0] = name;
}

/*
 * The name, and behind it those of the old entry, which may be NULL, as far as there is room. They
 * are copied, as the old entry goes when the new one is made. Returns how many there are.
 */
static size_t gather(struct known *known, const struct entry *old, const struct name *answered,
		     struct name names[static DNS_NAMES_MAX], uint64_t *lost_until_ns)
{
	size_t n = 1;

	names[0] = *answered;
	*lost_until_ns = old ? old->lost_until_ns : 0;
	for (size_t i = 0; old && i < old->n; i++) {
		const struct name *name = &old->names[i];

		if (n < DNS_NAMES_MAX) {
			names[n] = *name;
			names[n].text = strcpy(known->texts[n], name->text);
			n++;
		} else {
			*lost_until_ns = later(*lost_until_ns, name->until_ns);
		}
	}
	return n;
}

/* In the place of the old entry. */
static int put(struct known *known, struct cache *share, const struct key *key,
	       const struct entry *old, const struct name *answered)
{
	struct name names[DNS_NAMES_MAX];
	uint64_t lost_until_ns;
	size_t n = gather(known, old, answered, names, &lost_until_ns), size = 0;
	struct entry *entry;
	char *texts;

	for (size_t i = 0; i < n; i++)
		size += sizeof(names[i]) + strlen(names[i].text) + 1;
	entry = cache_add(share, key, sizeof(*entry) + size);
	if (!entry)
		return -ENOMEM;
	entry->lost_until_ns = lost_until_ns;
	entry->n = n;
	texts = (char *)&entry->names[n];
	for (size_t i = 0; i < n; i++) {
		entry->names[i] = names[i];
		entry->names[i].text = texts;
		texts = stpcpy(texts, names[i].text) + 1;
	}
	return 0;
}

static int learn(struct known *known, struct cache *share, const struct key *key,
		 const struct name *answered)
{
	struct entry *entry = cache_find(share, key);
	size_t place = entry ? place_of(entry, answered->text) : 0;

	if (!entry || place == entry->n)
		return put(known, share, key, entry, answered);
	renew(entry, place, answered);
	return 0;
}

static int learn_address(struct known *known, const struct dns_message *message,
			 const struct dns_address *address)
{
	struct cache *share = share_of(known, message->image.pid);
	const uint64_t valid_ns = address->ttl_s * NSEC_PER_SEC + GRACE_NS;
	const struct name answered = {
		.first_ns = message->time_ns,
		.last_ns = message->time_ns,
		.until_ns = message->time_ns + valid_ns,
		.valid_ns = valid_ns,
		.text = known->answer.name,
	};
	struct key key = {.image = message->image};
	int err;

	memcpy(key.addr, address->addr, sizeof(key.addr));
	err = learn(known, share, &key, &answered);
	if (err || !known->host)
		return err;
	key.image = (struct image_key){0};
	return learn(known, share, &key, &answered);
}

int known_record(struct known *known, const void *data, size_t size)
{
	struct dns_message message;
	int err = dns_message_decode(data, size, &message);

	if (err)
		return err;
	if (dns_answer_parse(message.data, message.size, message.stream, &known->answer))
		return 0;
	known->counts.answers++;
	known->now_ns = message.time_ns;
	for (size_t i = 0; !err && i < known->answer.n; i++)
		err = learn_address(known, &message, &known->answer.addresses[i]);
	return err;
}

/* Adds a name by when it was answered, if it is not among those answered later. */
static void add(struct search *search, const struct name *name)
{
	struct name *names = search->names;
	size_t i = 0;

	while (i < search->n && names[i].last_ns >= name->last_ns) {
		if (!strcmp(names[i++].text, name->text))
			return;
	}
	for (size_t j = i; j < search->n; j++) {
		if (strcmp(names[j].text, name->text) != 0)
			continue;
		search->n--;
		memmove(&names[j], &names[j + 1], (search->n - j) * sizeof(*names));
	}
	if (i == DNS_NAMES_MAX)
		return;
	if (search->n < DNS_NAMES_MAX)
		search->n++;
	memmove(&names[i + 1], &names[i], (search->n - 1 - i) * sizeof(*names));
	names[i] = *name;
}

/* What was answered by before_ns is not valid for longer by later answers. */
static bool fits(const struct search *search, const struct name *name)
{
	uint64_t time_ns = search->time_ns, before_ns = search->before_ns;

	return name->first_ns <= time_ns && name->first_ns <= before_ns &&
	       time_ns <= name->until_ns &&
	       (time_ns <= before_ns || time_ns - before_ns <= name->valid_ns);
}

static void look_in(struct search *search, struct cache *share, const struct key *key)
{
	const struct entry *entry = cache_find(share, key);

	if (!entry)
		return;
	search->more |= search->time_ns <= entry->lost_until_ns;
	for (size_t i = 0; i < entry->n; i++)
		if (fits(search, &entry->names[i]))
			add(search, &entry->names[i]);
}

/*
 * Returns whether there is anything to tell, and sets *ret. What is told passes for all that fit,
 * unless there are so many that there may be more.
 */
static bool found(const struct search *search, enum dns_source source, struct dns_names *ret)
{
	if (!search->n || (search->n < DNS_NAMES_MAX && search->more && source != DNS_FROM_HOST))
		return false;
	*ret = (struct dns_names){.source = source, .n = search->n};
	for (size_t i = 0; i < search->n; i++)
		ret->names[i] = search->names[i].text;
	return true;
}

static bool find_own(struct known *known, struct search *search, struct key *key,
		     const struct event *event)
{
	if (!(event->has & EVENT_HAS_PROCESS))
		return false;
	key->image = (struct image_key){event->process_start_ns, event->pid, event->exec_id};
	look_in(search, share_of(known, event->pid), key);
	return search->n;
}

/*
 * A fork passes the exec id on, an exec raises it: who has the one that the parent has now has
 * executed nothing, unless the parent has since. In that case, its answers as such come too late.
 */
static bool find_parents(struct known *known, struct search *search, struct key *key,
			 const struct event *event)
{
	const struct image *image = event->image;
	const struct ancestor *parent = image && image->n_ancestors ? image->ancestors : NULL;

	if (!parent || !(event->has & EVENT_HAS_PROCESS))
		return false;
	key->image = (struct image_key){parent->start_ns, parent->pid, event->exec_id};
	search->before_ns = event->process_start_ns;
	look_in(search, share_of(known, parent->pid), key);
	return search->n;
}

static void find_hosts(struct known *known, struct search *search, struct key *key)
{
	key->image = (struct image_key){0};
	search->before_ns = UINT64_MAX;
	for (size_t i = 0; i < SHARES; i++)
		look_in(search, &known->shares[i], key);
}

bool known_find(struct known *known, const struct event *event, struct dns_names *ret)
{
	const struct endpoint *asked =
		event->has & EVENT_HAS_REQUESTED ? &event->requested : &event->dst;
	struct search search = {.time_ns = event->start_ns, .before_ns = UINT64_MAX};
	struct key key;

	memcpy(key.addr, asked->addr, sizeof(key.addr));
	if (find_own(known, &search, &key, event))
		return found(&search, DNS_FROM_PROCESS, ret);
	if (find_parents(known, &search, &key, event))
		return found(&search, DNS_FROM_PARENT, ret);
	if (!known->host)
		return false;
	find_hosts(known, &search, &key);
	return found(&search, DNS_FROM_HOST, ret);
}

struct known_counts known_counts(const struct known *known)
{
	return known->counts;
}
