// The Snowball stemmers of the Debian package libstemmer-dev.
#include <libstemmer.h>
