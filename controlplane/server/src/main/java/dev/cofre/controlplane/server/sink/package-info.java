/**
 * Sinks: what the archive of audit events holds is sent on to Kafka, files, webhooks and syslog, at
 * least once and in order, each by a thread and a cursor of its own (docs/AUDIT.md, "Sinks").
 */
package dev.cofre.controlplane.server.sink;
