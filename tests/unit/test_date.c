/* test_date.c - whether readers of mail understand a Date field */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test.h"

#include "mail/date.h"

#include <string.h>

static const char *const readable[] = {
	"Mon, 1 Jan 2024 10:20:30 +0100",
	"Mon, 01 Jan 2024 10:20:30 +0100",
	" Mon, 1 Jan 2024 10:20:30 -0000 ",
	"1 Jan 2024 10:20:30 +0100",
	"1 Jan 2024 10:20 +0100",
	"Mon,1 Jan 2024 10:20:30 +0100",
	"mon, 1 jan 2024 10:20:30 gmt",
	"Mon, 1 Jan 2024 10:20:30 +0100 (CET)",
	"Mon, 1 Jan 2024 10:20:30 +0100\r\n (Central European (Standard) Time \\))",
	"Mon,\r\n 1 Jan 2024\r\n\t10:20:30 +0100",
	"Mon (day), 1 (one) Jan 2024 10 : 20 : 30 +0100",
	"Thu,\r\n  13\r\n    Feb\r\n   1969\r\n  23:32\r\n   -0330 (Newfoundland Time)",
	"1 Jan 24 10:20 GMT",
	"1 Jan 99 10:20:30 EST",
	"1 Jan 124 10:20:30 UT",
	"1 Jan 2024 10:20:30 Z",
	"1 Jan 2024 10:20:30 CEST",
	"Tue, 1 Jan 2024 10:20:30 +0100",
	"29 Feb 2024 23:59:60 +0000",
	"1 Jan 12024 10:20:30 +0000",
};

static const char *const unreadable[] = {
	"",
	" ",
	"now",
	"d",
	"yesterday",
	"Mo, 01 Jan. 2024 10:20:30 +0100",
	"Mon, 01 M\xC3\xA4r 2024 10:20:30 +0100",
	"Mon, 01 M\xE4r 2024 10:20:30 +0100",
	"lun. janv. 1 10:20:30 CET 2024",
	"lun, 1 jan 2024 10:20:30 +0100",
	"Mon Jan  1 10:20:30 2024",
	"Mon Jan  1 10:20:30 CET 2024",
	"2024-01-01T10:20:30Z",
	"2024-01-01 10:20:30",
	"2024-01-01 10:20:30 +0100",
	"01/02/2024",
	"01.02.2024 10:20:30",
	"1704100830",
	"Monday, 1 January 2024 10:20:30 +0100",
	"Monday, 01-Jan-24 10:20:30 GMT",
	"Mon 1 Jan 2024 10:20:30 +0100",
	"Mon, 1 Jan 2024 10:20:30",
	"Mon, 1 Jan 2024 10:20:30 (CET)",
	"Mon, 1 Jan 2024 10:20:30 +01:00",
	"Mon, 1 Jan 2024 10:20:30 GMT+0100",
	"Mon, 1 Jan 2024 10:20:30 +0100 CET",
	"Mon, 1 Jan 2024 10:20:30 +0100 (CET",
	"Mon, 1 Jan 2024 10:20:30 +100",
	"Mon, 1 Jan 2024 10:20:30 +01000",
	"Mon, 1 Jan 2024 10:20:30 J",
	"Mon, 1 Jan 2024 10:20:30 AM +0100",
	"Mon, 1 Jan 2024 24:20:30 +0100",
	"Mon, 1 Jan 2024 10:60:30 +0100",
	"Mon, 1 Jan 2024 10:20:61 +0100",
	"Mon, 1 Jan 2024 1:20:30 +0100",
	"Mon, 1 Jan 2024 10.20.30 +0100",
	"Mon, 1 Jan 2024 +0100",
	"Mon, 1 Jan 2024 10:20:30 +0160",
	"Mon, 0 Jan 2024 10:20:30 +0100",
	"Mon, 32 Jan 2024 10:20:30 +0100",
	"30 Feb 2024 10:20:30 +0100",
	"29 Feb 2023 10:20:30 +0100",
	"1 Jan 1024 10:20:30 +0100",
	"1 Jan 4 10:20:30 +0100",
	"1 Jan 99999999999 10:20:30 +0100",
	"Date: Mon, 1 Jan 2024 10:20:30 +0100",
	"(",
	"Mon, 1 Jan 2024 10:20:30 +0100\\",
	"(\\",
};

int main(void)
{
	test_begin("date");
	for (size_t i = 0; i < LENGTH(readable); i++) {
		test_case("readable/%s", readable[i]);
		EXPECT(date_is_readable(readable[i], strlen(readable[i])));
	}
	for (size_t i = 0; i < LENGTH(unreadable); i++) {
		test_case("unreadable/%s", unreadable[i]);
		EXPECT(!date_is_readable(unreadable[i], strlen(unreadable[i])));
	}
	return test_end();
}
