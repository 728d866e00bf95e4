/* loopback.h - whether the relay is this machine */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/settings.h"

/*
 * True if all hosts of an account are on the loopback interface, by number or by the name
 * localhost. False with a proxy, which may resolve the names in another way.
 */
bool loopback_has_relay(const struct settings *settings);
