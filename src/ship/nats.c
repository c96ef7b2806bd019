// SPDX-License-Identifier: MIT
/*
 * Messages to a stream of NATS JetStream, by libnats. Acknowledgements come to one inbox of ours:
 * js_PublishAsync() of libnats 3.4.1 blocks, leaks what is never answered, and has been seen to use
 * a message that it had freed. libnats has threads of its own, which call what is named on_...().
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <nats/nats.h>

#include "ship/nats_answer.h"
#include "ship/nats_options.h"
#include "ship/output.h"
#include "ship/window.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* Answers take milliseconds. Where a leader died, none comes, and what is sent again is known. */
#define ANSWER_NS_MAX (5 * NSEC_PER_SEC)

#define CLOSE_WAIT_MS 2000

/* So long without a leader, and it is asked again whether there is a stream at all. */
#define ASK_STREAM_NS (60 * NSEC_PER_SEC)

/* A message on its way. */
struct sent {
	uint64_t number; /* of the frame; 0: it is free */
	uint64_t until_ns;
	bool has_answer;
	struct answer answer;
};

struct output {
	struct output_target target;
	natsOptions *options;
	natsConnection *connection;
	natsSubscription *subscription;
	uint64_t tried_ns; /* when there was last none, and it was tried */
	natsInbox *inbox;  /* acknowledgements come to INBOX.NUMBER */
	int event_fd;	   /* an answer is there */

	pthread_mutex_t lock; /* of all below */
	struct sent sent[WINDOW_MAX];
	char error[256];	/* what was last said of the connection; "": it is well */
	bool is_closed;		/* it will not connect again by itself */
	bool no_stream;		/* no stream takes the subject */
	uint64_t asked_ns;	/* when that was asked last; 0: not of this connection */
	uint64_t leaderless_ns; /* since when nobody answers for the stream; 0: somebody does */
};

/* Answers, under the lock */

static void wake(const struct output *nats)
{
	uint64_t one = 1;

	if (write(nats->event_fd, &one, sizeof(one)) < 0)
		return; /* it is awake already */
}

static struct sent *find_sent(struct output *nats, uint64_t number)
{
	for (size_t i = 0; i < WINDOW_MAX; i++)
		if (nats->sent[i].number == number)
			return &nats->sent[i];
	return NULL;
}

static void set_answer(struct sent *sent, const struct answer *answer)
{
	sent->answer = *answer;
	sent->answer.number = sent->number;
	sent->has_answer = true;
}

static void answer_all(struct output *nats, enum answer_kind kind, const char *reason)
{
	struct answer answer = {.kind = kind, .reason = reason};

	snprintf(answer.text, sizeof(answer.text), "%s", nats->error);
	for (size_t i = 0; i < WINDOW_MAX; i++)
		if (nats->sent[i].number && !nats->sent[i].has_answer)
			set_answer(&nats->sent[i], &answer);
	wake(nats);
}

static void keep_error(struct output *nats, natsConnection *connection, const char *otherwise)
{
	const char *text = NULL;

	if (connection)
		natsConnection_GetLastError(connection, &text);
	if (!text || !*text)
		text = otherwise;
	/* That no server was left to be tried is no reason, if one is known. */
	if (!*nats->error || !strstr(text, "No server available"))
		snprintf(nats->error, sizeof(nats->error), "%s", text);
}

/* What the library's threads call */

/* No stream and no leader look the same: the servers are asked which it is. */
static void no_responders(struct output *nats, struct answer *answer)
{
	if (!nats->leaderless_ns)
		nats->leaderless_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (nats->no_stream) {
		answer->kind = ANSWER_REFUSED;
		answer->reason = "no_stream";
		snprintf(answer->text, sizeof(answer->text),
			 "no stream takes this subject: make one, as docs/ship.md has it");
		return;
	}
	answer->kind = ANSWER_RETRY;
	answer->reason = "no_leader";
	snprintf(answer->text, sizeof(answer->text),
		 "nobody answers for the stream: it has no leader");
}

static void take_answer(struct output *nats, struct sent *sent, natsMsg *message)
{
	struct answer answer = {0};

	if (natsMsg_IsNoResponders(message)) {
		no_responders(nats, &answer);
	} else {
		nats_answer_of(natsMsg_GetData(message), (size_t)natsMsg_GetDataLength(message),
			       &answer);
		nats->no_stream = false;
		nats->leaderless_ns = 0;
		nats->error[0] = '\0';
	}
	set_answer(sent, &answer);
	wake(nats);
}

static void on_answer(natsConnection *connection, natsSubscription *subscription, natsMsg *message,
		      void *ctx)
{
	struct output *nats = ctx;
	const char *subject = natsMsg_GetSubject(message);
	const char *last = strrchr(subject, '.');
	struct sent *sent;
	int streams;

	(void)connection, (void)subscription;
	pthread_mutex_lock(&nats->lock);
	if (last && !strcmp(last, ".stream")) {
		streams = natsMsg_IsNoResponders(message)
				  ? -1
				  : nats_streams_of(natsMsg_GetData(message),
						    (size_t)natsMsg_GetDataLength(message));
		if (streams >= 0)
			nats->no_stream = !streams;
	} else if (last) {
		sent = find_sent(nats, strtoull(last + 1, NULL, 10));
		if (sent && sent->number && !sent->has_answer)
			take_answer(nats, sent, message);
	}
	pthread_mutex_unlock(&nats->lock);
	natsMsg_Destroy(message);
}

/* What is denied has no other answer. */
static void on_error(natsConnection *connection, natsSubscription *subscription, natsStatus status,
		     void *ctx)
{
	struct output *nats = ctx;

	(void)subscription;
	pthread_mutex_lock(&nats->lock);
	keep_error(nats, connection, natsStatus_GetText(status));
	if (status == NATS_NOT_PERMITTED)
		answer_all(nats, ANSWER_REFUSED, "denied");
	pthread_mutex_unlock(&nats->lock);
}

static void on_disconnected(natsConnection *connection, void *ctx)
{
	struct output *nats = ctx;

	pthread_mutex_lock(&nats->lock);
	keep_error(nats, connection, "the connection was cut");
	answer_all(nats, ANSWER_BROKEN, "reset");
	pthread_mutex_unlock(&nats->lock);
}

static void on_connected(natsConnection *connection, void *ctx)
{
	struct output *nats = ctx;

	(void)connection;
	pthread_mutex_lock(&nats->lock);
	nats->error[0] = '\0';
	nats->asked_ns = 0;
	pthread_mutex_unlock(&nats->lock);
}

/* After the same refusal twice, the library gives up: a file may have been renewed. */
static void on_closed(natsConnection *connection, void *ctx)
{
	struct output *nats = ctx;

	pthread_mutex_lock(&nats->lock);
	keep_error(nats, connection, "the connection was closed");
	nats->is_closed = true;
	answer_all(nats, ANSWER_BROKEN, "connect");
	pthread_mutex_unlock(&nats->lock);
}

/* The connection */

static natsStatus set_callbacks(struct output *nats, natsOptions *options)
{
	natsStatus s = natsOptions_SetErrorHandler(options, on_error, nats);

	if (s == NATS_OK)
		s = natsOptions_SetDisconnectedCB(options, on_disconnected, nats);
	if (s == NATS_OK)
		s = natsOptions_SetReconnectedCB(options, on_connected, nats);
	if (s == NATS_OK)
		s = natsOptions_SetClosedCB(options, on_closed, nats);
	return s;
}

static void disconnect(struct output *nats)
{
	natsSubscription_Destroy(nats->subscription);
	natsConnection_Destroy(nats->connection);
	natsOptions_Destroy(nats->options);
	nats->subscription = NULL;
	nats->connection = NULL;
	nats->options = NULL;
}

static void connect_to(struct output *nats)
{
	char subject[128];
	natsStatus s;

	nats->is_closed = false;
	nats->tried_ns = clock_now_ns(CLOCK_MONOTONIC);
	s = nats_options_new(&nats->target, &nats->options);
	if (s == NATS_OK)
		s = set_callbacks(nats, nats->options);
	if (s == NATS_OK)
		s = natsConnection_Connect(&nats->connection, nats->options);
	snprintf(subject, sizeof(subject), "%s.*", nats->inbox);
	if (s == NATS_OK)
		s = natsConnection_Subscribe(&nats->subscription, nats->connection, subject,
					     on_answer, nats);
	if (s != NATS_OK) {
		const char *text = nats_GetLastError(NULL);

		pthread_mutex_lock(&nats->lock);
		snprintf(nats->error, sizeof(nats->error), "%s",
			 text && *text ? text : natsStatus_GetText(s));
		pthread_mutex_unlock(&nats->lock);
		disconnect(nats);
	}
}

/*
 * Whether it stands. The first one is waited for, as only then is it said why there is none; the
 * library has all others. One that was given up is begun anew, once for a window of frames.
 */
static bool is_connected(struct output *nats)
{
	bool is_closed;

	pthread_mutex_lock(&nats->lock);
	is_closed = nats->is_closed;
	pthread_mutex_unlock(&nats->lock);
	if (is_closed)
		disconnect(nats);
	if (!nats->connection &&
	    clock_now_ns(CLOCK_MONOTONIC) - nats->tried_ns >= NATS_RECONNECT_MS * NSEC_PER_MSEC)
		connect_to(nats);
	return nats->connection &&
	       natsConnection_Status(nats->connection) == NATS_CONN_STATUS_CONNECTED;
}

/* The output */

static void nats_close(struct output *nats)
{
	if (!nats)
		return;
	disconnect(nats);
	nats_CloseAndWait(CLOSE_WAIT_MS);
	natsInbox_Destroy(nats->inbox);
	cleanup_close(&nats->event_fd);
	free(nats);
}

static int nats_open(const struct output_target *target, struct output **ret, struct error *error)
{
	struct output *nats;
	int err = nats_target_check(target, error);

	if (err)
		return err;
	nats = calloc(1, sizeof(*nats));
	if (!nats)
		return error_set(error, -ENOMEM, "out of memory");
	nats->target = *target;
	pthread_mutex_init(&nats->lock, NULL);
	nats->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (nats->event_fd < 0 || natsInbox_Create(&nats->inbox) != NATS_OK) {
		nats_close(nats);
		return error_set(error, -ENOMEM, "out of memory");
	}
	*ret = nats;
	return 0;
}

/* Under the lock. What comes of it is an answer of wait(). */
static struct sent *begin(struct output *nats, const struct ship_frame *frame)
{
	struct sent *sent = find_sent(nats, 0);
	uint64_t ns =
		nats->target.timeout_ns < ANSWER_NS_MAX ? nats->target.timeout_ns : ANSWER_NS_MAX;

	if (!sent)
		return NULL;
	*sent = (struct sent){
		.number = frame->number,
		.until_ns = clock_now_ns(CLOCK_MONOTONIC) + ns,
	};
	return sent;
}

static natsStatus make_message(const struct output *nats, const struct ship_frame *frame,
			       natsMsg **ret)
{
	char subject[NATS_SUBJECT_SIZE], reply[128];
	natsStatus s;

	nats_subject_of(nats->target.url, frame->host, subject);
	snprintf(reply, sizeof(reply), "%s.%" PRIu64, nats->inbox, frame->number);
	s = natsMsg_Create(ret, subject, reply, frame->content, (int)frame->size);
	if (s == NATS_OK)
		s = natsMsgHeader_Set(*ret, "Nats-Msg-Id", frame->id);
	if (s == NATS_OK)
		s = natsMsgHeader_Set(*ret, "Content-Type", nats->target.content_type);
	if (s == NATS_OK && frame->encoding)
		s = natsMsgHeader_Set(*ret, "Content-Encoding", frame->encoding);
	return s;
}

static void fail(struct output *nats, uint64_t number, natsStatus status)
{
	struct answer answer = {.kind = ANSWER_BROKEN, .reason = "connect"};
	struct sent *sent;

	if (status == NATS_MAX_PAYLOAD) {
		answer.kind = ANSWER_TOO_LARGE;
		answer.reason = "too_large";
	}
	pthread_mutex_lock(&nats->lock);
	snprintf(answer.text, sizeof(answer.text), "%s",
		 *nats->error ? nats->error : natsStatus_GetText(status));
	sent = find_sent(nats, number);
	if (sent && !sent->has_answer)
		set_answer(sent, &answer);
	pthread_mutex_unlock(&nats->lock);
	wake(nats);
}

static void ask_stream(const struct output *nats, const char *host)
{
	char subject[NATS_SUBJECT_SIZE], reply[128], question[NATS_SUBJECT_SIZE + 32];
	int n;

	nats_subject_of(nats->target.url, host, subject);
	snprintf(reply, sizeof(reply), "%s.stream", nats->inbox);
	n = snprintf(question, sizeof(question), "{\"subject\":\"%s\"}", subject);
	natsConnection_PublishRequest(nats->connection, "$JS.API.STREAM.NAMES", reply, question, n);
}

static void ask_if_due(struct output *nats, const char *host)
{
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);
	bool is_due;

	pthread_mutex_lock(&nats->lock);
	is_due = !nats->asked_ns || nats->no_stream ||
		 (nats->leaderless_ns && now_ns - nats->leaderless_ns > ASK_STREAM_NS &&
		  now_ns - nats->asked_ns > ASK_STREAM_NS);
	if (is_due)
		nats->asked_ns = now_ns;
	pthread_mutex_unlock(&nats->lock);
	if (is_due)
		ask_stream(nats, host);
}

static bool nats_send(struct output *nats, const struct ship_frame *frame)
{
	natsStatus s = NATS_CONNECTION_DISCONNECTED;
	natsMsg *message = NULL;
	struct sent *sent;

	pthread_mutex_lock(&nats->lock);
	sent = begin(nats, frame);
	pthread_mutex_unlock(&nats->lock);
	if (!sent)
		return false;
	if (is_connected(nats)) {
		ask_if_due(nats, frame->host);
		s = make_message(nats, frame, &message);
		if (s == NATS_OK)
			s = natsConnection_PublishMsg(nats->connection, message);
		natsMsg_Destroy(message);
	}
	if (s != NATS_OK)
		fail(nats, frame->number, s);
	return true;
}

/* One that is there, or whose time is over: 1; 0: none, and *ret_ms is how long to wait at most. */
static int next_answer(struct output *nats, struct answer *ret, int *ret_ms)
{
	uint64_t now_ns = clock_now_ns(CLOCK_MONOTONIC);
	struct sent *best = NULL;

	for (size_t i = 0; i < WINDOW_MAX; i++) {
		struct sent *sent = &nats->sent[i];
		struct answer late = {.kind = ANSWER_BROKEN, .reason = "timeout"};
		uint64_t ms =
			sent->until_ns > now_ns ? (sent->until_ns - now_ns) / NSEC_PER_MSEC : 0;

		if (!sent->number)
			continue;
		if (!sent->has_answer && now_ns >= sent->until_ns) {
			snprintf(late.text, sizeof(late.text), "%s",
				 *nats->error ? nats->error : "no answer came");
			set_answer(sent, &late);
		}
		if (sent->has_answer && (!best || sent->number < best->number))
			best = sent;
		if ((uint64_t)*ret_ms > ms)
			*ret_ms = (int)ms + 1;
	}
	if (!best)
		return 0;
	*ret = best->answer;
	best->number = 0;
	return 1;
}

static int nats_wait(struct output *nats, int wake_fd, int timeout_ms, struct answer *ret)
{
	struct pollfd fds[] = {{.fd = nats->event_fd, .events = POLLIN},
			       {.fd = wake_fd, .events = POLLIN}};
	int ms = timeout_ms < 0 ? 60000 : timeout_ms, found;
	uint64_t n;

	pthread_mutex_lock(&nats->lock);
	found = next_answer(nats, ret, &ms);
	pthread_mutex_unlock(&nats->lock);
	if (found)
		return 1;
	if (poll(fds, 2, ms) < 0 && errno != EINTR)
		return -errno;
	if (fds[0].revents && read(nats->event_fd, &n, sizeof(n)) < 0)
		n = 0; /* another has taken it */
	ms = 0;
	pthread_mutex_lock(&nats->lock);
	found = next_answer(nats, ret, &ms);
	pthread_mutex_unlock(&nats->lock);
	return found;
}

static const char *const nats_schemes[] = {"nats", "tls", NULL};

const struct output_ops output_nats = {
	.schemes = nats_schemes,
	.window = 32,
	.open = nats_open,
	.send = nats_send,
	.wait = nats_wait,
	.close = nats_close,
};
