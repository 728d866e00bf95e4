/* client.c - the commands of SMTP and LMTP, each judged by its reply */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/client.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "mail/idn.h"
#include "smtp/judge.h"
#include "smtp/remedy.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 16384 };

void client_init(struct client *client, const struct settings *settings, int fd, int64_t end)
{
	*client = (struct client){ .settings = settings,
				   .name = settings->domain ? settings->domain : "",
				   .patience = CLOCK_NEVER,
				   .can.mechanisms = STR_INIT };
	reply_init(&client->reply);
	stream_init(&client->stream, fd, end);
}

void client_done(struct client *client)
{
	if (!client->settings)
		return;
	stream_close(&client->stream);
	capabilities_done(&client->can);
	reply_done(&client->reply);
	free(client->pending);
	client->pending = NULL;
	client->settings = NULL;
}

int64_t client_deadline(const struct client *client, enum phase phase)
{
	const struct settings *s = client->settings;
	int seconds = phases[phase].seconds;

	if (phase == PHASE_FINAL)
		seconds = s->final_timeout > 0 ? s->final_timeout : seconds;
	else if (s->timeout > 0 && s->timeout < seconds)
		seconds = s->timeout;
	return clock_earlier(clock_after(seconds),
			     clock_earlier(client->patience, client->stream.end));
}

static void set_deadline(struct client *client, enum phase phase)
{
	client->stream.deadline = client_deadline(client, phase);
}

/* Drops the pending replies: their results may no longer exist at the next reply. */
void client_end_all(struct client *client)
{
	client->is_over = true;
	client->pending_first = client->pending_end = 0;
}

static bool wrap_phase(struct client *client, enum phase phase, struct err *err)
{
	client_end_all(client);
	client->failed = phase;
	return err_wrap(err, "%s", _(phases[phase].words));
}

/* Hides the challenges of a login in the trace: an attacker could test passwords against them. */
static void log_reply_line(enum phase phase, const char *line, size_t len)
{
	if (phase == PHASE_AUTH && len > 4 && memcmp(line, "334 ", 4) == 0)
		log_debug("<-- 334 %s", _("(hidden)"));
	else
		log_debug_line("<-- ", line, len);
}

static bool read_reply(struct client *client, enum phase phase, struct err *err)
{
	enum reply_step step = REPLY_MORE;
	const char *line;
	size_t len;

	set_deadline(client, phase);
	reply_clear(&client->reply);
	while (step == REPLY_MORE) {
		if (!stream_read_line(&client->stream, &line, &len, err))
			return wrap_phase(client, phase, err);
		log_reply_line(phase, line, len);
		step = reply_add_line(&client->reply, line, len, err);
	}
	return step == REPLY_DONE || wrap_phase(client, phase, err);
}

static void add_line(struct client *client, const char *line, const char *shown)
{
	if (!shown)
		shown = line;
	log_debug_line("--> ", shown, strlen(shown));
	stream_add(&client->stream, line, strlen(line));
	stream_add(&client->stream, "\r\n", 2);
}

/* A reply that came before its command must not count as the answer to it. */
static bool flush(struct client *client, enum phase phase, struct err *err)
{
	set_deadline(client, phase);
	if (stream_has_unread(&client->stream))
		err_set(err, ERR_PROTO, _("the server sent something out of turn"));
	else if (stream_flush(&client->stream, err))
		return true;
	return wrap_phase(client, phase, err);
}

bool client_exchange(struct client *client, enum phase phase, const char *line, const char *shown,
		     struct err *err)
{
	add_line(client, line, shown);
	return flush(client, phase, err) && read_reply(client, phase, err);
}

void client_advise(const struct client *client, enum phase phase, struct err *err)
{
	CLEANUP(str_done) struct str hint = STR_INIT;
	const struct remedy_facts facts = {
		.settings = client->settings,
		.selfname = client->name,
		.has_tls = client->stream.tls != NULL,
		.offers_starttls = (client->can.has & CAP_STARTTLS) != 0,
	};

	remedy_add_hint(&client->reply, phase, &facts, &hint);
	if (hint.len > 0)
		err_wrap(err, "%s", hint.bytes);
}

bool client_judge(struct client *client, enum phase phase, struct err *err)
{
	if (judge_reply(&client->reply, phase, err))
		return true;
	err_wrap(err, "%s", _(phases[phase].words));
	client_advise(client, phase, err);
	return false;
}

bool client_greeting(struct client *client, struct err *err)
{
	return read_reply(client, PHASE_GREETING, err) && client_judge(client, PHASE_GREETING, err);
}

/* Bytes received in clear text before the handshake must not count as sent under TLS. */
bool client_starttls(struct client *client, struct tls *tls, struct err *err)
{
	bool may_start = client_exchange(client, PHASE_STARTTLS, "STARTTLS", NULL, err) &&
			 client_judge(client, PHASE_STARTTLS, err);

	if (may_start && stream_has_unread(&client->stream)) {
		err_set(err, ERR_PROTO, _("the server sent something after its reply to STARTTLS"));
		may_start = wrap_phase(client, PHASE_STARTTLS, err);
	}
	if (!may_start) {
		tls_free(tls);
		return false;
	}
	capabilities_done(&client->can);
	set_deadline(client, PHASE_STARTTLS);
	return stream_start_tls(&client->stream, tls, err);
}

static bool can(const struct client *client, enum capability capability)
{
	return (client->can.has & capability) != 0;
}

static void store_result(struct client *client, const struct pending_reply *pending)
{
	if (!pending->result)
		return;
	bool is_good = client_judge(client, pending->phase, pending->result);
	if (pending->recipient && pending->phase == PHASE_FINAL)
		pending->recipient->is_delivered = is_good;
	else if (pending->recipient)
		pending->recipient->is_accepted = is_good;
}

static size_t unanswered(const struct client *client)
{
	return client->pending_end - client->pending_first;
}

static void add_pending(struct client *client, struct pending_reply pending)
{
	mem_grow(client->pending, client->pending_end);
	client->pending[client->pending_end++] = pending;
}

static struct pending_reply next_pending(struct client *client)
{
	struct pending_reply next = client->pending[client->pending_first++];

	if (unanswered(client) == 0)
		client->pending_first = client->pending_end = 0;
	return next;
}

/* Reads the reply to the oldest command. No reply follows a 421; RFC 5321 section 3.8. */
static bool read_pending(struct client *client, struct err *err)
{
	const struct pending_reply pending = next_pending(client);

	if (!read_reply(client, pending.phase, err))
		return false;
	/*
	 * After 3yz or 221 to the final dot the session is out of step; the message may have been
	 * accepted.
	 */
	if (client->reply.code == 421 ||
	    (pending.phase == PHASE_FINAL &&
	     (client->reply.code / 100 == 3 || client->reply.code == 221))) {
		client_end_all(client);
		return client_judge(client, pending.phase, err);
	}
	store_result(client, &pending);
	return true;
}

bool client_collect(struct client *client, struct err *err)
{
	if (client->stream.out.len > 0)
		client->group = unanswered(client);
	if (unanswered(client) > 0 && client->stream.out.len > 0 &&
	    !flush(client, client->pending[client->pending_first].phase, err))
		return false;
	while (unanswered(client) > 0)
		if (!read_pending(client, err))
			return false;
	return true;
}

static bool gather_command(struct client *client, const char *line, struct pending_reply pending,
			   struct err *err)
{
	add_line(client, line, NULL);
	add_pending(client, pending);
	if (unanswered(client) < CLIENT_UNANSWERED_MAX && can(client, CAP_PIPELINING))
		return true;
	return client_collect(client, err);
}

/* demand.c has already rejected paths whose domain can't be converted. */
static char *path_to_send(const char *path)
{
	CLEANUP(err_done) struct err unfit = ERR_INIT;
	char *ascii = envelope_path_needs_utf8(path) ? NULL : idn_path(path, &unfit);

	return ascii ? ascii : mem_copy(path);
}

bool client_mail(struct client *client, const struct envelope *envelope, const struct wire *wire,
		 struct err *result, struct err *err)
{
	CLEANUP(mem_free_at) char *path = path_to_send(envelope->sender);
	CLEANUP(str_done) struct str line = STR_INIT;

	str_addf(&line, "MAIL FROM:<%s>", path);
	if (can(client, CAP_SIZE))
		str_addf(&line, " SIZE=%llu", (unsigned long long)wire->size);
	if (can(client, CAP_8BITMIME) && wire->is_8bit)
		str_add(&line, " BODY=8BITMIME");
	if (can(client, CAP_SMTPUTF8) && (wire->is_utf8 || envelope_needs_utf8(envelope)))
		str_add(&line, " SMTPUTF8");
	if (can(client, CAP_DSN) && envelope->ret)
		str_addf(&line, " RET=%s", envelope->ret);
	if (can(client, CAP_DSN) && envelope->envid)
		str_addf(&line, " ENVID=%s", envelope->envid);
	return gather_command(client, line.bytes,
			      (struct pending_reply){ .phase = PHASE_MAIL, .result = result }, err);
}

bool client_rcpt(struct client *client, struct recipient *recipient, struct err *err)
{
	CLEANUP(mem_free_at) char *path = path_to_send(recipient->address);
	CLEANUP(str_done) struct str line = STR_INIT;

	str_addf(&line, "RCPT TO:<%s>", path);
	if (can(client, CAP_DSN) && recipient->notify)
		str_addf(&line, " NOTIFY=%s", recipient->notify);
	if (can(client, CAP_DSN) && recipient->orcpt)
		str_addf(&line, " ORCPT=%s", recipient->orcpt);
	return gather_command(client, line.bytes,
			      (struct pending_reply){ .phase = PHASE_RCPT,
						      .recipient = recipient,
						      .result = &recipient->err },
			      err);
}

bool client_data(struct client *client, struct err *result, struct err *err)
{
	return gather_command(client, "DATA",
			      (struct pending_reply){ .phase = PHASE_DATA, .result = result }, err);
}

/* Lines end in CRLF here, so a dot begins a line exactly if it follows an LF. */
static bool write_stuffed(struct client *client, const char *bytes, size_t len, bool *is_line_start,
			  struct err *err)
{
	if (*is_line_start && len > 0 && bytes[0] == '.' &&
	    !stream_write(&client->stream, ".", 1, err))
		return false;
	*is_line_start = len > 0 ? bytes[len - 1] == '\n' : *is_line_start;
	while (len > 0) {
		const char *dot = memmem(bytes, len, "\n.", 2);
		size_t step = dot ? (size_t)(dot - bytes) + 1 : len;
		if (!stream_write(&client->stream, bytes, step, err) ||
		    (dot && !stream_write(&client->stream, ".", 1, err)))
			return false;
		bytes += step;
		len -= step;
	}
	return true;
}

/*
 * A server that refuses early sends a reply and hangs up; the reply says more than the lost
 * connection.
 */
static bool prefer_early_reply(struct client *client, struct err *err)
{
	CLEANUP(err_done) struct err none = ERR_INIT;
	enum reply_step step = REPLY_MORE;
	const char *line;
	size_t len;

	client_end_all(client);
	client->stream.deadline = clock_after(1);
	reply_clear(&client->reply);
	while (step == REPLY_MORE && stream_read_line(&client->stream, &line, &len, &none))
		step = reply_add_line(&client->reply, line, len, &none);
	if (client->reply.lines > 0)
		return client_judge(client, PHASE_CONTENT, err);
	if (err->kind == ERR_NONE)
		err_copy(err, &none);
	return wrap_phase(client, PHASE_CONTENT, err);
}

static bool write_plain(struct client *client, const char *bytes, size_t len, bool *is_line_start,
			struct err *err)
{
	(void)is_line_start;
	return stream_write(&client->stream, bytes, len, err);
}

static bool write_wire(struct client *client, struct wire *wire,
		       bool (*write)(struct client *, const char *, size_t, bool *, struct err *),
		       struct err *err)
{
	char piece[PIECE];
	bool is_line_start = true;
	ssize_t got;

	client->content_end = 0;
	log_debug(_("--> (%llu octets of message)"), (unsigned long long)wire->size);
	while ((got = wire_read(wire, piece, sizeof piece, err)) > 0) {
		set_deadline(client, PHASE_CONTENT);
		if (!write(client, piece, (size_t)got, &is_line_start, err))
			return prefer_early_reply(client, err);
	}
	if (got < 0)
		client_end_all(client);
	return got == 0;
}

bool client_content(struct client *client, struct wire *wire, struct err *err)
{
	return write_wire(client, wire, write_stuffed, err);
}

bool client_chunk(struct client *client, struct wire *wire, struct err *err)
{
	CLEANUP(mem_free_at)
	char *line = str_format("BDAT %llu LAST", (unsigned long long)wire->size);

	add_line(client, line, NULL);
	return write_wire(client, wire, write_plain, err);
}

static void add_pending_verdict(struct client *client, struct envelope *envelope,
				struct err *result)
{
	if (client->settings->protocol != PROTOCOL_LMTP)
		add_pending(client,
			    (struct pending_reply){ .phase = PHASE_FINAL, .result = result });
	for (size_t i = 0; client->settings->protocol == PROTOCOL_LMTP && i < envelope->count;
	     i++) {
		struct recipient *r = &envelope->recipients[i];
		if (r->is_accepted)
			add_pending(client, (struct pending_reply){ PHASE_FINAL, r, &r->err });
	}
	client->verdict_end = client->pending_end;
	client->content_end = stream_position(&client->stream);
}

bool client_end(struct client *client, struct envelope *envelope, struct err *result,
		struct err *err)
{
	/* A reply here can't be about a message whose end the server has not seen. */
	if (stream_look(&client->stream))
		return prefer_early_reply(client, err);
	add_line(client, ".", NULL);
	add_pending_verdict(client, envelope, result);
	return true;
}

bool client_end_chunk(struct client *client, struct envelope *envelope, struct err *result,
		      struct err *err)
{
	/* As in client_end, but the reply may belong to a command that is still unanswered. */
	if (unanswered(client) == 0 && stream_look(&client->stream))
		return prefer_early_reply(client, err);
	add_pending_verdict(client, envelope, result);
	return true;
}

void client_gather_quit(struct client *client)
{
	if (!can(client, CAP_PIPELINING))
		return;
	client->is_leaving = true;
	add_line(client, "QUIT", NULL);
}

static void keep_verdict(const struct client *client, struct envelope *envelope)
{
	struct str words = STR_INIT;

	reply_print_lines(&client->reply, &words);
	free(envelope->reply);
	envelope->reply = str_take(&words);
	envelope->reply_code = client->reply.code;
}

void client_send_end(struct client *client)
{
	CLEANUP(err_done) struct err unsent = ERR_INIT;

	set_deadline(client, PHASE_CONTENT);
	client->group = unanswered(client) + client->is_leaving;
	if (stream_flush(&client->stream, &unsent))
		return;
	log_debug("%s", unsent.text);
	client->stream.end = clock_earlier(client->stream.end, clock_after(1));
}

bool client_has_sent_content(const struct client *client)
{
	return client->content_end > 0 && client->stream.sent >= client->content_end;
}

bool client_verdict(struct client *client, struct envelope *envelope, struct err *err)
{
	while (unanswered(client) > 0 && client->pending_first < client->verdict_end) {
		bool is_final = client->pending[client->pending_first].phase == PHASE_FINAL;
		if (is_final && !client_has_sent_content(client))
			return prefer_early_reply(client, err);
		if (!read_pending(client, err))
			return false;
		keep_verdict(client, envelope);
	}
	return true;
}

bool client_reset(struct client *client, struct err *err)
{
	if (client_exchange(client, PHASE_RSET, "RSET", NULL, err) &&
	    client_judge(client, PHASE_RSET, err))
		return true;
	client_end_all(client);
	return false;
}

void client_quit(struct client *client)
{
	CLEANUP(err_done) struct err ignored = ERR_INIT;

	if (client->is_over || client->stream.is_lost)
		return;
	bool is_answered = client->is_leaving
				   ? read_reply(client, PHASE_QUIT, &ignored)
				   : client_exchange(client, PHASE_QUIT, "QUIT", NULL, &ignored);
	if (!is_answered)
		log_debug("%s", ignored.text);
	client->is_over = true;
}
