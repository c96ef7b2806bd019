// SPDX-License-Identifier: MIT
#include "enrich/cgroup_path.h"
#include "enrich/container_form.h"
#include "util/array.h"

enum {
	UUID_LEN = 36,
	STATIC_POD_LEN = 32, /* of a pod that the kubelet has from a file: an MD5 */
};

/* What one path says: parts of it. */
struct said {
	struct container_form container;
	bool contained; /* container is set */
	struct part pod_uid, unit, app_id;
	const char *app_runtime;
};

/* 8-4-4-4-12 hex digits. */
static bool is_uuid(struct part s, char dash)
{
	for (size_t i = 0; i < s.len; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23
			    ? s.at[i] != dash
			    : !part_all_of((struct part){s.at + i, 1}, PART_HEX))
			return false;
	return s.len == UUID_LEN;
}

/* app-flatpak-NAME-RANDOM.scope; flatpak-NAME-PID.scope before Flatpak 1.9. */
static bool flatpak_scope(struct part c, struct part *ret)
{
	struct part random;

	if (!part_take_suffix(&c, ".scope") ||
	    !(part_take_prefix(&c, "app-flatpak-") || part_take_prefix(&c, "flatpak-")) ||
	    !part_take_behind(&c, '-', &random) || !part_all_of(random, PART_DIGITS PART_LETTERS))
		return false;
	*ret = c;
	return c.len;
}

/* app-flatpak-NAME@RANDOM.service: desktops that start an application by systemd; @RANDOM may lack.
 */
static bool flatpak_service(struct part c, struct part *ret)
{
	struct part random;

	if (!part_take_suffix(&c, ".service") || !part_take_prefix(&c, "app-flatpak-"))
		return false;
	part_take_behind(&c, '@', &random);
	*ret = c;
	return c.len;
}

/* snap.SNAP.APP.service, snap.SNAP.APP-UUID.scope, of old with a dot before the UUID. */
static bool snap_unit(struct part c, struct part *ret)
{
	struct part rest, uuid, app;

	if (!part_take_prefix(&c, "snap.") ||
	    !(part_take_suffix(&c, ".scope") || part_take_suffix(&c, ".service")))
		return false;
	rest = c;
	if (part_take_last(&rest, UUID_LEN, &uuid) && is_uuid(uuid, '-') &&
	    (part_take_suffix(&rest, "-") || part_take_suffix(&rest, ".")))
		c = rest;
	*ret = rest = c;
	return part_take_behind(&rest, '.', &app) && rest.len && app.len;
}

static void find_app(struct part c, struct said *said)
{
	static const struct {
		bool (*find)(struct part c, struct part *ret);
		const char *runtime;
	} forms[] = {
		{flatpak_scope, "flatpak"},
		{flatpak_service, "flatpak"},
		{snap_unit, "snap"},
	};
	struct part id;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (!forms[i].find(c, &id))
			continue;
		said->app_id = id;
		said->app_runtime = forms[i].runtime;
	}
}

static bool is_pod_uid(struct part s)
{
	return is_uuid(s, '-') || is_uuid(s, '_') ||
	       (s.len == STATIC_POD_LEN && part_all_of(s, PART_HEX));
}

/* podUID; X-podUID.slice, which can have a colon and more behind it (colon_id()). */
static void find_pod(struct part c, struct said *said)
{
	static const size_t lengths[] = {UUID_LEN, STATIC_POD_LEN};
	const char *colon = memchr(c.at, ':', c.len);
	bool slice;

	if (colon)
		c.len = (size_t)(colon - c.at);
	slice = part_take_suffix(&c, ".slice");
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct part rest = c, uid;

		if (!part_take_last(&rest, lengths[i], &uid) || !is_pod_uid(uid))
			continue;
		if (part_is(rest, "pod") || (slice && part_take_suffix(&rest, "-pod")))
			said->pod_uid = uid;
	}
}

static void find_unit(struct part c, struct said *said)
{
	struct part name = c;

	if ((part_take_suffix(&name, ".service") || part_take_suffix(&name, ".scope")) && name.len)
		said->unit = c;
}

/*
 * From the end of the path on, so that what is innermost is found first, and stays. An application
 * outside of the container is not what runs in it.
 */
static void parse(const char *path, struct said *said)
{
	struct part c = component_before(path, path + strlen(path));

	for (; c.len; c = component_before(path, c.at)) {
		if (c.len > NAME_MAX)
			continue;
		if (!said->unit.at)
			find_unit(c, said);
		if (!said->pod_uid.at)
			find_pod(c, said);
		if (!said->contained)
			said->contained = container_form_find(path, c, &said->container);
		if (!said->contained && !said->app_id.at)
			find_app(c, said);
	}
}

/* The text of a part, which has no more than a component; NULL if there is none. */
static char *put(char text[NAME_MAX + 1], struct part s)
{
	if (!s.at)
		return NULL;
	memcpy(text, s.at, s.len);
	text[s.len] = 0;
	return text;
}

static int hex_digit(char c)
{
	static const char digits[] = PART_HEX;
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* The byte that \xNN at s stands for; 0: there is none, as no name has a NUL. */
static char escaped_byte(const char *s)
{
	int high, low;

	if (s[0] != '\\' || s[1] != 'x')
		return 0;
	high = hex_digit(s[2]);
	low = high < 0 ? -1 : hex_digit(s[3]);
	return low < 0 ? 0 : (char)(high << 4 | low);
}

/* In place; what systemd would not write stays as it is. */
static char *unescape(char *text)
{
	char *to = text, byte;

	if (!text)
		return NULL;
	for (const char *from = text; *from;) {
		byte = escaped_byte(from);
		*to++ = byte ? byte : *from;
		from += byte ? sizeof("\\xNN") - 1 : 1;
	}
	*to = 0;
	return text;
}

/* With dashes, however systemd's slice has it. */
static const char *put_pod_uid(char text[UUID_LEN + 1], struct part uid)
{
	if (!uid.at)
		return NULL;
	for (size_t i = 0; i < uid.len; i++)
		text[i] = uid.at[i] == '_' ? '-' : uid.at[i];
	text[uid.len] = 0;
	return text;
}

static void put_container(const struct container_form *form, struct cgroup_facts *facts,
			  struct cgroup *cgroup)
{
	char *name = put(facts->container_name, form->name);

	cgroup->container_id = put(facts->container_id, form->id);
	cgroup->container_name = form->escaped ? unescape(name) : name;
	cgroup->runtime = form->runtime;
}

void cgroup_path_parse(const char *path, const char *path1, struct cgroup_facts *facts,
		       struct cgroup *cgroup)
{
	struct said two = {0}, one = {0};
	const struct said *by, *app;

	parse(path ? path : "", &two);
	parse(path1 ? path1 : "", &one);
	by = two.contained || (!one.contained && two.pod_uid.at) ? &two : &one;
	app = by->contained ? by : two.app_id.at ? &two : &one;
	put_container(&by->container, facts, cgroup);
	cgroup->pod_uid = put_pod_uid(facts->pod_uid, by->pod_uid);
	cgroup->unit = put(facts->unit, two.unit.at ? two.unit : one.unit);
	cgroup->app_id = unescape(put(facts->app_id, app->app_id));
	if (!by->contained)
		cgroup->runtime = app->app_runtime;
}
