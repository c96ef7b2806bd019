// SPDX-License-Identifier: MIT
/* POST requests, by libcurl: one for each frame, on connections that are kept. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "ship/http_answer.h"
#include "ship/output.h"
#include "ship/secret.h"
#include "ship/url.h"
#include "ship/window.h"
#include "util/clock.h"

/* Of a URL that is filled in. */
#define URL_MAX 8192

/* What is read of an answer: an error in words, or OTLP's. */
#define BODY_MAX   8192
#define HEADER_MAX 512

/* More than that is no answer: the connection is closed. */
#define ANSWER_BYTES_MAX (1024 * 1024)

/* A server that is there is connected to within this. */
#define CONNECT_TIMEOUT_NS (10 * NSEC_PER_SEC)

/* A request that is on its way, or is none. */
struct request {
	CURL *easy;
	struct curl_slist *headers;
	uint64_t number; /* of the frame; 0: it is free */
	CURLcode failed; /* at once: no transfer was begun */
	char url[URL_MAX];
	char error[CURL_ERROR_SIZE];
	char retry_after[HEADER_MAX], location[HEADER_MAX];
	char body[BODY_MAX];
	size_t body_size, received;
};

struct output {
	struct output_target target;
	CURLM *multi;
	struct request requests[WINDOW_MAX];
	struct curl_slist *secrets; /* headers */
};

/* Secrets */

static int add_header(struct curl_slist **headers, const char *line)
{
	struct curl_slist *more = curl_slist_append(*headers, line);

	if (!more)
		return -ENOMEM;
	*headers = more;
	return 0;
}

static int take_header(void *ctx, const char *line)
{
	return add_header(ctx, line);
}

static int add_token(struct curl_slist **headers, const char *path, struct error *error)
{
	char *token, *line;
	int err = secret_token(path, &token, error);

	if (err)
		return err;
	err = asprintf(&line, "Authorization: Bearer %s", token) < 0 ? -ENOMEM : 0;
	free(token);
	if (err)
		return error_set(error, err, "out of memory");
	err = add_header(headers, line);
	free(line);
	return err ? error_set(error, err, "out of memory") : 0;
}

/* Reads them anew; what was read before stays where that fails. */
static int read_secrets(struct output *http, struct error *error)
{
	struct curl_slist *headers = NULL;
	int err = 0;

	if (http->target.token_file)
		err = add_token(&headers, http->target.token_file, error);
	if (!err && http->target.header_file)
		err = secret_headers(http->target.header_file, take_header, &headers, error);
	if (err) {
		curl_slist_free_all(headers);
		return err;
	}
	curl_slist_free_all(http->secrets);
	http->secrets = headers;
	return 0;
}

/* The answer */

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct request *request = ctx;
	size_t room = sizeof(request->body) - request->body_size;
	size_t all = size * n, taken = all < room ? all : room;

	memcpy(request->body + request->body_size, data, taken);
	request->body_size += taken;
	request->received += all;
	return request->received > ANSWER_BYTES_MAX ? 0 : all;
}

/* Keeps the value of a header of that name; without its end of line. */
static void keep_header(const char *line, size_t size, const char *name, char *ret)
{
	size_t n = strlen(name), end = size;

	if (size <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return;
	n++;
	while (n < size && (line[n] == ' ' || line[n] == '\t'))
		n++;
	while (end > n && strchr(" \t\r\n", line[end - 1]))
		end--;
	snprintf(ret, HEADER_MAX, "%.*s", (int)(end - n), line + n);
}

static size_t on_header(char *data, size_t size, size_t n, void *ctx)
{
	struct request *request = ctx;

	keep_header(data, size * n, "Retry-After", request->retry_after);
	keep_header(data, size * n, "Location", request->location);
	return size * n;
}

/* Why there is no answer, as a label: it may change no word of it in a message. */
static const char *reason_of(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return "resolve";
	case CURLE_COULDNT_CONNECT:
		return "connect";
	case CURLE_OPERATION_TIMEDOUT:
		return "timeout";
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		return "reset";
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return "tls";
	default:
		return "protocol";
	}
}

static void broken(const struct request *request, CURLcode code, struct answer *ret)
{
	*ret = (struct answer){.kind = ANSWER_BROKEN, .reason = reason_of(code)};
	snprintf(ret->text, sizeof(ret->text), "%s",
		 *request->error ? request->error : curl_easy_strerror(code));
}

static void answer(struct output *http, const struct request *request, CURLcode code,
		   struct answer *ret)
{
	struct http_response response = {
		.retry_after = *request->retry_after ? request->retry_after : NULL,
		.location = *request->location ? request->location : NULL,
		.body = request->body,
		.body_size = request->body_size,
		.is_otlp = http->target.is_otlp,
	};
	struct error error;

	curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &response.status);
	/* Of an answer that is too long, the begin was read; no other is one without its end. */
	if (code && !(code == CURLE_WRITE_ERROR && response.status >= 200))
		broken(request, code, ret);
	else
		http_answer_of(&response, clock_now_ns(CLOCK_REALTIME), ret);
	/* A token may have been renewed: without that, the answer stays the same. */
	if (response.status == 401 || response.status == 403)
		read_secrets(http, &error);
}

/* The request */

static void end_request(struct output *http, struct request *request)
{
	if (!request->failed)
		curl_multi_remove_handle(http->multi, request->easy);
	curl_slist_free_all(request->headers);
	request->headers = NULL;
	request->number = 0;
}

/* Adds a header, if the file of headers has none of that name. */
static int add_ours(struct output *http, struct request *request, const char *name,
		    const char *value)
{
	size_t n = strlen(name);
	char line[512];

	for (const struct curl_slist *other = http->secrets; other; other = other->next)
		if (!strncasecmp(other->data, name, n) && other->data[n] == ':')
			return 0;
	snprintf(line, sizeof(line), "%s: %s", name, value);
	return add_header(&request->headers, line);
}

static int set_headers(struct output *http, struct request *request, const struct ship_frame *frame)
{
	int err = add_ours(http, request, "Content-Type", http->target.content_type);

	if (!err && frame->encoding)
		err = add_ours(http, request, "Content-Encoding", frame->encoding);
	if (!err)
		err = add_ours(http, request, "Tpconnect-Id", frame->id);
	/* An answer to it first would take a round trip. */
	if (!err)
		err = add_header(&request->headers, "Expect:");
	for (const struct curl_slist *more = http->secrets; !err && more; more = more->next)
		err = add_header(&request->headers, more->data);
	return err;
}

static CURLcode set_up(struct output *http, struct request *request, const struct ship_frame *frame)
{
	CURL *easy = request->easy;
	CURLcode code;

	if (url_fill(http->target.url, frame, request->url, sizeof(request->url)))
		return CURLE_URL_MALFORMAT;
	if (set_headers(http, request, frame))
		return CURLE_OUT_OF_MEMORY;
	code = curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, frame->content);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)frame->size);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers);
	return code;
}

/* What is the same of all requests. */
static CURL *new_easy(const struct output_target *target, struct request *request)
{
	const uint64_t connect_ns =
		target->timeout_ns < CONNECT_TIMEOUT_NS ? target->timeout_ns : CONNECT_TIMEOUT_NS;
	CURL *easy = curl_easy_init();

	if (!easy)
		return NULL;
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "tpconnect-ship/" VERSION);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(connect_ns / NSEC_PER_MSEC));
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(target->timeout_ns / NSEC_PER_MSEC));
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->error);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, request);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
	if (target->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, target->ca_file);
	if (target->cert_file) {
		curl_easy_setopt(easy, CURLOPT_SSLCERT, target->cert_file);
		curl_easy_setopt(easy, CURLOPT_SSLKEY, target->key_file);
		/* Of a key with a password, none is asked for. */
		curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
	}
	return easy;
}

static struct request *free_request(struct output *http)
{
	for (size_t i = 0; i < WINDOW_MAX; i++)
		if (!http->requests[i].number)
			return &http->requests[i];
	return NULL;
}

/* The output */

static void http_close(struct output *http)
{
	if (!http)
		return;
	for (size_t i = 0; i < WINDOW_MAX; i++) {
		struct request *request = &http->requests[i];

		if (request->number)
			end_request(http, request);
		curl_easy_cleanup(request->easy);
	}
	curl_multi_cleanup(http->multi);
	curl_slist_free_all(http->secrets);
	free(http);
	curl_global_cleanup();
}

static int check_files(const struct output_target *target, struct error *error)
{
	int err = secret_check("--ca", target->ca_file, error);

	if (!err)
		err = secret_check("--cert", target->cert_file, error);
	if (!err)
		err = secret_check("--key", target->key_file, error);
	if (!err && (target->creds_file || target->nkey_file))
		err = error_set(error, -EINVAL, "--creds and --nkey are of nats:// alone");
	return err;
}

static int http_open(const struct output_target *target, struct output **ret, struct error *error)
{
	struct output *http = calloc(1, sizeof(*http));
	int err = check_files(target, error);

	if (err) {
		free(http);
		return err;
	}
	if (!http || curl_global_init(CURL_GLOBAL_DEFAULT)) {
		free(http);
		return error_set(error, -ENOMEM, "out of memory");
	}
	http->target = *target;
	http->multi = curl_multi_init();
	err = http->multi ? read_secrets(http, error) : error_set(error, -ENOMEM, "out of memory");
	if (err)
		http_close(http);
	else
		*ret = http;
	return err;
}

static bool http_send(struct output *http, const struct ship_frame *frame)
{
	struct request *request = free_request(http);

	if (!request)
		return false;
	if (!request->easy)
		request->easy = new_easy(&http->target, request);
	if (!request->easy)
		return false;
	request->number = frame->number;
	request->body_size = request->received = 0;
	*request->error = *request->retry_after = *request->location = '\0';
	request->failed = set_up(http, request, frame);
	if (!request->failed && curl_multi_add_handle(http->multi, request->easy))
		request->failed = CURLE_OUT_OF_MEMORY;
	return true;
}

/* One that is over, or has failed at once. Returns 1 or 0. */
static int take_answer(struct output *http, struct answer *ret)
{
	struct request *request;
	CURLMsg *message;
	int left;

	for (size_t i = 0; i < WINDOW_MAX; i++) {
		request = &http->requests[i];
		if (!request->number || !request->failed)
			continue;
		broken(request, request->failed, ret);
		ret->number = request->number;
		end_request(http, request);
		return 1;
	}
	message = curl_multi_info_read(http->multi, &left);
	if (!message || message->msg != CURLMSG_DONE)
		return 0;
	curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&request);
	answer(http, request, message->data.result, ret);
	ret->number = request->number;
	end_request(http, request);
	return 1;
}

static int http_wait(struct output *http, int wake_fd, int timeout_ms, struct answer *ret)
{
	struct curl_waitfd wake = {.fd = wake_fd, .events = CURL_WAIT_POLLIN};
	int running;

	if (curl_multi_perform(http->multi, &running))
		return -EIO;
	if (take_answer(http, ret))
		return 1;
	if (curl_multi_poll(http->multi, &wake, 1, timeout_ms, NULL) ||
	    curl_multi_perform(http->multi, &running))
		return -EIO;
	return take_answer(http, ret);
}

static const char *const http_schemes[] = {"http", "https", NULL};

const struct output_ops output_http = {
	.schemes = http_schemes,
	.window = 4,
	.open = http_open,
	.send = http_send,
	.wait = http_wait,
	.close = http_close,
};
