/**
 * Alerts: rules are evaluated over the archive of audit events as it grows, and what they raise is
 * sent by webhook, e-mail and syslog (docs/ALERTS.md).
 */
package dev.cofre.controlplane.server.alert;
