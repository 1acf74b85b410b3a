{{/* What the objects of all components share; each takes a dict of "root", the chart's context, and "component". */}}

{{- define "devopsify.selector" -}}
app.kubernetes.io/name: devopsify
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "devopsify.labels" -}}
{{ include "devopsify.selector" . }}
app.kubernetes.io/part-of: devopsify
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{/* By digest; it takes one of .Values.images. */}}
{{- define "devopsify.image" -}}
{{ .repository }}@{{ .digest }}
{{- end }}

{{/* Empty before the first release: a pod whose image is none would hold up every sync after it. */}}
{{- define "devopsify.isReleased" -}}
{{- $isNone := false }}
{{- range .Values.images }}
{{- $isNone = or $isNone (hasSuffix (repeat 64 "0") .digest) }}
{{- end }}
{{- if not $isNone }}true{{ end }}
{{- end }}

{{/* Pod Security "restricted" (Kubernetes, "Pod Security Standards"); the user is of no image's making. */}}
{{- define "devopsify.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "devopsify.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* A zone or a node that fails takes as few replicas along as can be; a rollout's old ones do not count. */}}
{{- define "devopsify.topologySpreadConstraints" -}}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- topologyKey: {{ . }}
  maxSkew: 1
  whenUnsatisfiable: ScheduleAnyway
  matchLabelKeys: [pod-template-hash]
  labelSelector:
    matchLabels:
      {{- include "devopsify.selector" $ | nindent 6 }}
{{- end }}
{{- end }}

{{/* The pod's own part of "stop accepting, finish what runs": what routes to it learns first (preStop), then 30 s of drain. */}}
{{- define "devopsify.preStopSeconds" -}}15{{- end }}
{{- define "devopsify.terminationGracePeriodSeconds" -}}60{{- end }}

{{/* Addresses of the database, each of another role and from a secret of its own. */}}
{{- define "devopsify.databaseEnvironment" -}}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: devopsify-database
      key: DATABASE_URL
{{- end }}
{{- define "devopsify.ownerEnvironment" -}}
- name: DATABASE_OWNER_URL
  valueFrom:
    secretKeyRef:
      name: devopsify-database-owner
      key: DATABASE_OWNER_URL
{{- end }}
{{- define "devopsify.rolesEnvironment" -}}
{{ include "devopsify.databaseEnvironment" . }}
{{ include "devopsify.ownerEnvironment" . }}
- name: DATABASE_MONITORING_URL
  valueFrom:
    secretKeyRef:
      name: devopsify-database-monitoring
      key: DATABASE_MONITORING_URL
- name: DATABASE_ADMIN_URL
  valueFrom:
    secretKeyRef:
      name: devopsify-database-admin
      key: DATABASE_ADMIN_URL
{{- end }}

{{/* What `serve` and `worker` read of the environment (src/backend/src/config/mod.rs, CommonConfig). */}}
{{- define "devopsify.commonEnvironment" -}}
{{ include "devopsify.databaseEnvironment" . }}
- name: DATABASE_MAX_CONNECTIONS
  value: {{ .Values.database.maxConnections | quote }}
- name: PUBLIC_URL
  value: https://{{ .Values.host }}
- name: MEDIA_URL
  value: s3://{{ .Values.media.bucket }}
- name: AWS_REGION
  value: {{ .Values.region }}
{{- with .Values.tracing.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . }}
- name: OTEL_TRACES_SAMPLER
  value: traceidratio
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ $.Values.tracing.ratio | quote }}
{{- end }}
{{- range list "SECRET_KEY" "STRIPE_SECRET_KEY" "STRIPE_PUBLISHABLE_KEY" "STRIPE_WEBHOOK_SECRET" }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: devopsify-application
      key: {{ . }}
{{- end }}
{{- end }}

{{/* The authority that signed the database's certificate, where DATABASE_URL's sslrootcert looks for it. */}}
{{- define "devopsify.authorityPath" -}}/etc/devopsify/rds{{- end }}
{{- define "devopsify.authorityMount" -}}
- name: database-authority
  mountPath: {{ include "devopsify.authorityPath" . }}
  readOnly: true
{{- end }}
{{- define "devopsify.authorityVolume" -}}
- name: database-authority
  configMap:
    name: devopsify-database-authority
{{- end }}

{{/* A pod that runs while its secrets are renewed keeps the old ones: whatever watches this annotation replaces it. */}}
{{- define "devopsify.reloaded" -}}
secret.reloader.stakater.com/reload: devopsify-database,devopsify-application
configmap.reloader.stakater.com/reload: devopsify-database-authority
{{- end }}

{{/* What a scanner would have otherwise (checkov). */}}
{{- define "devopsify.noCpuLimit" -}}
checkov.io/skip1: CKV_K8S_11=A CPU limit throttles a request while the node is idle; requests share what is short.
{{- end }}
{{- define "devopsify.secretsInEnvironment" -}}
checkov.io/skip2: CKV_K8S_35=The program is configured by its environment alone and starts no other.
{{- end }}
