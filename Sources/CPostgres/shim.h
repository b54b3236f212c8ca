// The system's PostgreSQL client library; pkg-config says where its header is.
#pragma once
#include <libpq-fe.h>
