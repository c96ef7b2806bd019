// SPDX-License-Identifier: MIT
#include "serve/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/clients.h"
#include "serve/content.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* Of a request's line and headers; Prometheus sends some 300 bytes. */
#define MEMORY_OF_CLIENT 8192

struct server {
	struct MHD_Daemon *daemon;
	struct clients clients;
	struct content content;
	int signal_fd;
};

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status,
			      const char *text, const char *allow)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				"text/plain; charset=utf-8");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (allow)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, allow);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_reason(struct MHD_Connection *connection,
				     const struct content *content)
{
	char line[sizeof(content->reason) + 2];

	strcpy(line, content->reason);
	strcat(line, "\n");
	return answer(connection, MHD_HTTP_SERVICE_UNAVAILABLE, line, NULL);
}

static enum MHD_Result answer_metrics(struct MHD_Connection *connection, struct content *content)
{
	const char *accept =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
	struct MHD_Response *response = content_get(content, accept_form(accept));

	if (!response)
		return answer_reason(connection, content);
	return MHD_queue_response(connection, MHD_HTTP_OK, response);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_size, void **request)
{
	struct server *server = ctx;

	(void)version, (void)upload, (void)upload_size, (void)request;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
			      "there are only GET and HEAD\n", "GET, HEAD");
	if (!strcmp(url, "/metrics"))
		return answer_metrics(connection, &server->content);
	if (strcmp(url, "/healthz") != 0)
		return answer(connection, MHD_HTTP_NOT_FOUND,
			      "there are only /metrics and /healthz\n", NULL);
	if (content_check(&server->content))
		return answer_reason(connection, &server->content);
	return answer(connection, MHD_HTTP_OK, "ok\n", NULL);
}

static void on_connection(void *ctx, struct MHD_Connection *connection, void **socket_context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct server *server = ctx;
	const union MHD_ConnectionInfo *info;

	(void)socket_context;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info && code == MHD_CONNECTION_NOTIFY_CLOSED)
		clients_remove(&server->clients, info->connect_fd);
}

/* The library sees the end, and closes. */
static void send_late_away(struct server *server, size_t wanted)
{
	int fd;

	while ((fd = clients_take_late(&server->clients, clock_now_ns(CLOCK_MONOTONIC), wanted)) >=
	       0)
		shutdown(fd, SHUT_RDWR);
}

static void take_client(struct server *server, int listen_fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	int fd = accept4(listen_fd, (struct sockaddr *)&address, &size,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	send_late_away(server, 1);
	clients_add(&server->clients, fd, clock_now_ns(CLOCK_MONOTONIC));
	/* What it does not take, it has closed. */
	if (MHD_add_connection(server->daemon, fd, (struct sockaddr *)&address, size) != MHD_YES)
		clients_remove(&server->clients, fd);
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The library's time, or that of the client that has to go next. */
static int patience_ms(const struct server *server)
{
	int ms = clients_patience_ms(&server->clients, clock_now_ns(CLOCK_MONOTONIC));
	MHD_UNSIGNED_LONG_LONG of_library;

	if (MHD_get_timeout(server->daemon, &of_library) == MHD_YES &&
	    (ms < 0 || of_library < (unsigned int)ms))
		ms = (int)of_library;
	return ms;
}

static int library_fd(const struct server *server)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	return info ? info->epoll_fd : -1;
}

static int serve(struct server *server, const struct listeners *listeners)
{
	struct pollfd fds[2 + LISTENERS_MAX] = {
		{.fd = server->signal_fd, .events = POLLIN},
		{.fd = library_fd(server), .events = POLLIN},
	};

	for (size_t i = 0; i < listeners->n; i++)
		fds[2 + i] = (struct pollfd){.fd = listeners->fds[i], .events = POLLIN};
	for (;;) {
		if (poll(fds, 2 + listeners->n, patience_ms(server)) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents)
			return 0;
		send_late_away(server, 0);
		for (size_t i = 0; i < listeners->n; i++)
			if (fds[2 + i].revents & POLLIN)
				take_client(server, listeners->fds[i]);
		MHD_run(server->daemon);
	}
}

int server_run(const struct listeners *listeners, const char *metrics_path)
{
	struct server server = {.content = {.path = metrics_path}, .signal_fd = -1};
	int err;

	/* Connections are brought to it, so that it is known who is connected, and since when. */
	server.daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
					 on_request, &server, MHD_OPTION_NOTIFY_CONNECTION,
					 on_connection, &server, MHD_OPTION_CONNECTION_LIMIT,
					 2 * CLIENTS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
					 (size_t)MEMORY_OF_CLIENT, MHD_OPTION_END);
	if (!server.daemon)
		return -ENOMEM;
	server.signal_fd = open_signals();
	err = server.signal_fd < 0 ? -errno : serve(&server, listeners);
	cleanup_close(&server.signal_fd);
	MHD_stop_daemon(server.daemon);
	content_close(&server.content);
	return err;
}
