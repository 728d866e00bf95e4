/* test_dsn_policy.c - the recipient of a notice about a message */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/dsn_policy.h"

static void test_may_send(void)
{
	static const struct {
		const char *sender;
		const char *header;
		bool failure;
		bool delay;
	} table[] = {
		{ "a@b", "", true, true },
		{ "a@b", "From: a@b\r\nContent-Type: text/plain\r\n", true, true },
		{ "root", "", true, true },
		{ "", "", false, false },
		{ "<>", "", false, false },
		{ "mailer-daemon@b", "", false, false },
		{ "MAILER-DAEMON", "", false, false },
		{ "mailer-daemons@b", "", true, true },
		{ "a@b", "Auto-Submitted: no\r\n", true, true },
		{ "a@b", "auto-submitted:  NO ; x=y\r\n", true, true },
		{ "a@b", "Auto-Submitted: no (by hand)\r\n", true, true },
		{ "a@b", "Auto-Submitted: auto-replied\r\n", false, false },
		{ "a@b", "Auto-Submitted: auto-generated\r\n", false, false },
		{ "a@b", "Auto-Submitted: no\r\nAuto-Submitted:\r\n auto-replied\r\n", false,
		  false },
		{ "a@b", "Auto-Submitted: notified\r\n", false, false },
		{ "a@b", "Auto-Submitted:\r\n", true, true },
		{ "a@b", "Content-Type: multipart/report; boundary=x\r\n", false, false },
		{ "a@b", "Content-Type:\r\n Multipart/REPORT;\r\n boundary=x\r\n", false, false },
		{ "a@b", "Content-Type: multipart/reports\r\n", true, true },
		{ "a@b", "From: Mail System <MAILER-DAEMON@x>\r\n", false, false },
		{ "a@b", "From: <<broken\r\n", true, true },
		{ "a@b", "Precedence: bulk\r\n", true, false },
		{ "a@b", "Precedence: list\r\n", true, false },
		{ "a@b", "Precedence: first-class\r\n", true, true },
		{ "a@b", "List-Id: <x.example>\r\n", true, false },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(header_done) struct header header = { 0 };
		test_case("may send: '%s' %s", table[i].sender, table[i].header);
		header_index(&header, table[i].header, strlen(table[i].header));
		EXPECT_NUMBER(dsn_policy_may_send(table[i].sender, &header, true),
			      table[i].failure);
		EXPECT_NUMBER(dsn_policy_may_send(table[i].sender, &header, false), table[i].delay);
	}
}

static void test_select(void)
{
	static const struct {
		char status;
		const char *notify;
		bool failure;
		bool delay;
	} table[] = {
		{ 'f', NULL, true, false },
		{ '.', NULL, false, true },
		{ '?', NULL, false, true },
		{ 'D', NULL, false, false },
		{ 'f', "NEVER", false, false },
		{ '.', "NEVER", false, false },
		{ 'f', "FAILURE", true, false },
		{ '.', "FAILURE", false, false },
		{ 'f', "SUCCESS", false, false },
		{ 'f', "SUCCESS,DELAY", false, false },
		{ '.', "SUCCESS,DELAY", false, true },
		{ 'f', "success,failure,delay", true, false },
		{ '.', "success,failure,delay", false, true },
	};

	for (size_t i = 0; i < LENGTH(table); i++) {
		CLEANUP(envelope_done) struct envelope envelope = { 0 };
		const struct recipient *chosen[2];
		test_case("select: %c %s", table[i].status,
			  table[i].notify ? table[i].notify : "(none)");
		envelope_init(&envelope);
		envelope_add(&envelope, mem_copy("done@x"))->status = 'D';
		struct recipient *recipient = envelope_add(&envelope, mem_copy("b@x"));
		recipient->status = (enum recipient_status)table[i].status;
		recipient->notify = table[i].notify ? mem_copy(table[i].notify) : NULL;
		EXPECT_NUMBER(dsn_policy_select(&envelope, DSN_FAILED, chosen), table[i].failure);
		if (table[i].failure)
			EXPECT(chosen[0] == recipient);
		EXPECT_NUMBER(dsn_policy_select(&envelope, DSN_DELAYED, chosen), table[i].delay);
	}
}

int main(void)
{
	test_begin("dsn_policy");
	test_may_send();
	test_select();
	return test_end();
}
