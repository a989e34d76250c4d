/** Tests of prepared requests. */
package dev.cofre.loadtest.traffic;
