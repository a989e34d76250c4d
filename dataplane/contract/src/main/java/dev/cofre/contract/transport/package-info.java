/** Key material on its way into and out of an installation: wrapped, with a check value. */
package dev.cofre.contract.transport;
