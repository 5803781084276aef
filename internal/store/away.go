package store

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Away reports whether an error says that PostgreSQL could not be reached, went
// away, or takes nobody at the moment. What was asked for may then have been
// done. The classes are those of its errors' codes: 08 connections, 53
// resources; 57P01 to 57P03 are a server that stops or starts.
func Away(err error) bool {
	var failure *pgconn.PgError
	if errors.As(err, &failure) {
		return strings.HasPrefix(failure.Code, "08") || strings.HasPrefix(failure.Code, "53") || strings.HasPrefix(failure.Code, "57P0")
	}
	var connecting *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connecting) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF)
}
