/** Tests of alerts against real receivers. */
package dev.cofre.controlplane.server.alert;
