// SPDX-License-Identifier: MIT
#include "format/json_who.h"

#include "format/who.h"

static void put_executable(struct json *json, const struct image *image)
{
	json_known(json, "process.executable.path", image->exe);
	json_known(json, "tpconnect.process.executable.tail", image->exe_tail);
	json_known(json, "tpconnect.process.executable.memfd", image->memfd);
	if (image->exe_deleted)
		json_true(json, "tpconnect.process.executable.deleted");
	if (!(image->has & IMAGE_HAS_EXE_FILE))
		return;
	json_u64(json, "tpconnect.process.executable.inode", image->exe_inode);
	json_text(json, "tpconnect.process.executable.device",
		  (buffer_u64(json->out, image->exe_major), buffer_putc(json->out, ':'),
		   buffer_u64(json->out, image->exe_minor)));
}

static void put_args(struct json *json, const struct image *image)
{
	size_t at = 0, count = 0;
	struct word arg;

	json_key(json, "process.command_args");
	json_open(json, '[');
	while ((arg = who_next_arg(image, &at)).text) {
		json_item_string(json, arg.text, arg.len);
		count++;
	}
	json_close(json, ']');
	if (!image->args_cut)
		json_u64(json, "process.args_count", count);
	json_word(json, "tpconnect.process.args_source", image->args_exec ? "exec" : "current");
	if (image->args_cut)
		json_true(json, "tpconnect.process.args_truncated");
}

static void put_ancestors(struct json *json, const struct image *image, int64_t process_epoch_ns)
{
	json_key(json, "tpconnect.process.ancestors");
	json_open(json, '[');
	for (size_t i = 0; i < image->n_ancestors; i++) {
		const struct ancestor *ancestor = &image->ancestors[i];

		json_item(json);
		json_open(json, '{');
		json_u64(json, "pid", ancestor->pid);
		json_string(json, "name", ancestor->comm);
		if (ancestor->start_ns)
			put_time(json, "creation_time", ancestor->start_ns, process_epoch_ns);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void put_image(struct json *json, const struct image *image, int64_t process_epoch_ns)
{
	put_executable(json, image);
	json_known(json, "process.working_directory", image->cwd);
	if (image->has & IMAGE_HAS_ARGS)
		put_args(json, image);
	json_known(json, "tpconnect.process.script", image->script);
	if (image->n_ancestors)
		put_ancestors(json, image, process_epoch_ns);
	if (image->has & IMAGE_HAS_REAL_UID)
		json_u64(json, "process.real_user.id", image->real_uid);
	if (image->has & IMAGE_HAS_LOGIN_UID)
		json_u64(json, "tpconnect.process.login_uid", image->login_uid);
	if (image->has & IMAGE_HAS_SESSION_ID)
		json_u64(json, "tpconnect.process.session_id", image->session_id);
	json_known(json, "tpconnect.process.hostname", image->hostname);
}

static void put_cgroup(struct json *json, const struct cgroup *cgroup)
{
	json_known(json, "container.id", cgroup->container_id);
	json_known(json, "container.runtime.name", cgroup->runtime);
	json_known(json, "container.name", cgroup->container_name);
	json_known(json, "container.image.name", cgroup->image_name);
	json_known(json, "k8s.pod.uid", cgroup->pod_uid);
	json_known(json, "k8s.pod.name", cgroup->pod_name);
	json_known(json, "k8s.namespace.name", cgroup->pod_namespace);
	json_known(json, "k8s.container.name", cgroup->pod_container);
	json_known(json, "process.linux.cgroup", cgroup->path);
	json_known(json, "tpconnect.systemd.unit", cgroup->unit);
	json_known(json, "tpconnect.app.id", cgroup->app_id);
}

void json_who(struct buffer *out, const struct event *event, const struct format_context *ctx)
{
	struct json json = {.out = out, .comma = true};

	if (event->image)
		put_image(&json, event->image, ctx->process_epoch_ns);
	if (event->cgroup)
		put_cgroup(&json, event->cgroup);
}
