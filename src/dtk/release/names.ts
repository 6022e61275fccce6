/** What dtk's release is called in the cluster: the seed's names. */

export const releaseName = "external-dns";

export const releaseNamespace = "external-dns";

/** The labels that the chart puts on the Deployment's pods. */
export const podSelector = `app.kubernetes.io/name=external-dns,app.kubernetes.io/instance=${releaseName}`;
