// SPDX-License-Identifier: MIT
#include <string.h>

#include "fuzz/lines.h"

/* Valid UTF-8 comes out as it went in. */
static void check_item(const json_t *item, const char *bytes, size_t n)
{
	json_t *valid = json_stringn(bytes, n);

	check(json_is_string(item), "no string");
	if (valid)
		check(json_equal((json_t *)item, valid), "%s", json_string_value(item));
	json_decref(valid);
}

static void check_text_key(const json_t *object, const char *key, const char *text)
{
	const json_t *value = json_object_get(object, key);

	check(!value == !text, "%s", key);
	if (text)
		check_item(value, text, strlen(text));
}

static void check_number_key(const json_t *object, const char *key, bool known, uint32_t number)
{
	const json_t *value = json_object_get(object, key);

	check(!value == !known, "%s", key);
	if (known)
		check(json_integer_value(value) == number, "%s", key);
}

static void check_json_args(const json_t *object, const struct image *image)
{
	const json_t *args = json_object_get(object, "process.command_args");
	const json_t *count = json_object_get(object, "process.args_count");
	size_t n = 0;

	check(!args == !(image->has & IMAGE_HAS_ARGS), "arguments");
	check(!count == (!args || image->args_cut), "args_count");
	if (!args)
		return;
	for (size_t at = 0; at < image->args_size; n++) {
		size_t len = strnlen(image->args + at, image->args_size - at);

		check_item(json_array_get(args, n), image->args + at, len);
		at += len + 1;
	}
	check(json_array_size(args) == n, "%zu arguments", n);
	if (count)
		check(json_integer_value(count) == (json_int_t)n, "args_count");
}

static void check_json_ancestors(const json_t *object, const struct image *image)
{
	const json_t *all = json_object_get(object, "tpconnect.process.ancestors");

	check(json_array_size(all) == image->n_ancestors, "ancestors");
	for (size_t i = 0; i < image->n_ancestors; i++) {
		const json_t *one = json_array_get(all, i);

		check_text_key(one, "name", image->ancestors[i].comm);
		check_number_key(one, "pid", true, image->ancestors[i].pid);
	}
}

static void check_json_cgroup(const json_t *object, const struct cgroup *cgroup)
{
	check_text_key(object, "process.linux.cgroup", cgroup->path);
	check_text_key(object, "container.id", cgroup->container_id);
	check_text_key(object, "container.name", cgroup->container_name);
	check_text_key(object, "container.runtime.name", cgroup->runtime);
	check_text_key(object, "container.image.name", cgroup->image_name);
	check_text_key(object, "k8s.pod.uid", cgroup->pod_uid);
	check_text_key(object, "k8s.pod.name", cgroup->pod_name);
	check_text_key(object, "k8s.namespace.name", cgroup->pod_namespace);
	check_text_key(object, "k8s.container.name", cgroup->pod_container);
	check_text_key(object, "tpconnect.systemd.unit", cgroup->unit);
	check_text_key(object, "tpconnect.app.id", cgroup->app_id);
}

static void check_json_names(const json_t *object, const struct dns_names *names)
{
	const json_t *all = json_object_get(object, "tpconnect.dns.names");
	const json_t *source = json_object_get(object, "tpconnect.dns.source");
	bool sure = names->n == 1 && names->source != DNS_FROM_HOST;

	check_text_key(object, "server.address", sure ? names->names[0] : NULL);
	check(!all == !names->n && !source == !names->n, "names without names");
	check(json_array_size(all) == names->n, "names");
	for (size_t i = 0; i < names->n; i++)
		check_item(json_array_get(all, i), names->names[i], strlen(names->names[i]));
	if (source)
		check(!strcmp(json_string_value(source), dns_source_name(names->source)), "source");
}

void check_json_who(const json_t *object, const struct event *event)
{
	static const struct dns_names no_names;
	static const struct cgroup no_cgroup;
	static const struct image no_image;
	const struct image *image = event->image ? event->image : &no_image;

	check_text_key(object, "process.executable.path", image->exe);
	check_text_key(object, "tpconnect.process.executable.tail", image->exe_tail);
	check_text_key(object, "tpconnect.process.executable.memfd", image->memfd);
	check_text_key(object, "process.working_directory", image->cwd);
	check_text_key(object, "tpconnect.process.hostname", image->hostname);
	check_text_key(object, "tpconnect.process.script", image->script);
	check_number_key(object, "process.real_user.id", image->has & IMAGE_HAS_REAL_UID,
			 image->real_uid);
	check_number_key(object, "tpconnect.process.login_uid", image->has & IMAGE_HAS_LOGIN_UID,
			 image->login_uid);
	check_number_key(object, "tpconnect.process.session_id", image->has & IMAGE_HAS_SESSION_ID,
			 image->session_id);
	check_json_args(object, image);
	check_json_ancestors(object, image);
	check_json_cgroup(object, event->cgroup ? event->cgroup : &no_cgroup);
	check_json_names(object, event->names ? event->names : &no_names);
}
