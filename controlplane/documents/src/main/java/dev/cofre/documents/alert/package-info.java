/**
 * Rules of alerts: how their files are read, tested and evaluated over audit events
 * (docs/ALERTS.md). Nothing here reads logs or sends anything.
 */
package dev.cofre.documents.alert;
