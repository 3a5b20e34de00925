"""What single actions are good for, as facts: https://docs.aws.amazon.com/service-authorization/latest/reference/

Names are written as AWS writes them; they are compared whatever their case.
"""

from __future__ import annotations

from functools import lru_cache

from yett.lean import NamedTuple
from yett.parse.iam import covers


class Path(NamedTuple):
    """A way from some rights to more of them: who has all `actions` gets `gain`."""

    name: str
    actions: tuple[str, ...]
    gain: str


PATHS: tuple[Path, ...] = (
    Path("policy-version", ("iam:CreatePolicyVersion",), "rewrites a policy it is bound by"),
    Path("default-version", ("iam:SetDefaultPolicyVersion",), "brings back an older, wider version of a policy"),
    Path("attach-user-policy", ("iam:AttachUserPolicy",), "attaches AdministratorAccess to a user"),
    Path("attach-group-policy", ("iam:AttachGroupPolicy",), "attaches AdministratorAccess to a group"),
    Path("attach-role-policy", ("iam:AttachRolePolicy",), "attaches AdministratorAccess to a role"),
    Path("put-user-policy", ("iam:PutUserPolicy",), "writes any policy into a user"),
    Path("put-group-policy", ("iam:PutGroupPolicy",), "writes any policy into a group"),
    Path("put-role-policy", ("iam:PutRolePolicy",), "writes any policy into a role"),
    Path("add-user-to-group", ("iam:AddUserToGroup",), "joins the group of administrators"),
    Path("create-access-key", ("iam:CreateAccessKey",), "makes keys of another user"),
    Path("create-login-profile", ("iam:CreateLoginProfile",), "sets a first password for another user"),
    Path("update-login-profile", ("iam:UpdateLoginProfile",), "sets a new password for another user"),
    Path("service-credential", ("iam:CreateServiceSpecificCredential",), "makes credentials of another user"),
    Path("update-trust", ("iam:UpdateAssumeRolePolicy",), "lets itself assume any role"),
    Path("user-boundary", ("iam:DeleteUserPermissionsBoundary",), "takes off the boundary of a user"),
    Path("role-boundary", ("iam:DeleteRolePermissionsBoundary",), "takes off the boundary of a role"),
    Path("lambda-code", ("lambda:UpdateFunctionCode",), "runs its own code with the role of a function"),
    Path("lambda-config", ("lambda:UpdateFunctionConfiguration",), "puts a layer of its own into a function"),
    Path("glue-endpoint", ("glue:UpdateDevEndpoint",), "logs in where the role of an endpoint is in force"),
    Path("glue-job", ("glue:UpdateJob", "glue:StartJobRun"), "runs its own script with the role of a job"),
    Path("ssm-command", ("ssm:SendCommand",), "runs commands on every machine, with the role of each"),
    Path("ssm-session", ("ssm:StartSession",), "opens a shell on every machine, with the role of each"),
    Path("instance-connect", ("ec2-instance-connect:SendSSHPublicKey",), "logs in to machines, with their roles"),
    Path("user-data", ("ec2:ModifyInstanceAttribute", "ec2:StartInstances"), "runs a script with a machine's role"),
    Path("notebook-url", ("sagemaker:CreatePresignedNotebookInstanceUrl",), "enters notebooks, with their roles"),
    Path("ecs-exec", ("ecs:ExecuteCommand",), "runs commands in tasks, with their roles"),
    Path("codebuild-project", ("codebuild:UpdateProject", "codebuild:StartBuild"), "builds with a project's role"),
    Path("update-stack", ("cloudformation:UpdateStack",), "changes resources with the role of a stack"),
    Path("permission-set", ("sso:PutInlinePolicyToPermissionSet",), "writes any policy into a permission set"),
    Path("managed-permission-set", ("sso:AttachManagedPolicyToPermissionSet",), "widens a permission set"),
    *(
        Path(f"pass-role-{name}", ("iam:PassRole", *actions), f"runs {what} with any role of the account")
        for name, what, actions in (
            ("instance", "a machine", ("ec2:RunInstances",)),
            ("instance-profile", "a machine", ("ec2:AssociateIamInstanceProfile",)),
            ("launch-template", "machines", ("ec2:CreateLaunchTemplate", "autoscaling:CreateAutoScalingGroup")),
            ("launch-configuration", "machines", ("autoscaling:CreateLaunchConfiguration",)),
            ("lambda", "a function", ("lambda:CreateFunction",)),
            ("glue-endpoint", "an endpoint", ("glue:CreateDevEndpoint",)),
            ("glue-job", "a job", ("glue:CreateJob",)),
            ("cloudformation", "a stack", ("cloudformation:CreateStack",)),
            ("change-set", "a change set", ("cloudformation:CreateChangeSet",)),
            ("stack-set", "a stack set", ("cloudformation:CreateStackSet",)),
            ("data-pipeline", "a pipeline", ("datapipeline:CreatePipeline",)),
            ("codebuild", "a build", ("codebuild:CreateProject",)),
            ("codepipeline", "a pipeline", ("codepipeline:CreatePipeline",)),
            ("codestar", "a project", ("codestar:CreateProject",)),
            ("ecs", "a task", ("ecs:RunTask",)),
            ("ecs-service", "a service", ("ecs:RegisterTaskDefinition", "ecs:CreateService")),
            ("ecs-start", "a task", ("ecs:RegisterTaskDefinition", "ecs:StartTask")),
            ("notebook", "a notebook", ("sagemaker:CreateNotebookInstance",)),
            ("training", "a training job", ("sagemaker:CreateTrainingJob",)),
            ("processing", "a processing job", ("sagemaker:CreateProcessingJob",)),
            ("state-machine", "a state machine", ("states:CreateStateMachine",)),
            ("automation", "an automation", ("ssm:StartAutomationExecution",)),
            ("emr", "a cluster", ("elasticmapreduce:RunJobFlow",)),
            ("batch", "a job", ("batch:RegisterJobDefinition", "batch:SubmitJob")),
            ("apprunner", "a service", ("apprunner:CreateService",)),
            ("eks", "a cluster", ("eks:CreateNodegroup",)),
        )
    ),
)
"""The known ways to escalate, https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html and the
public research on them."""


def _names(table: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"{service}:{name}" for service, names in table.items() for name in names.split())


CREDENTIALS = _names(
    {
        "sts": "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity GetFederationToken GetSessionToken",
        "iam": "CreateAccessKey CreateLoginProfile CreateServiceSpecificCredential ResetServiceSpecificCredential "
        "UpdateAccessKey",
        "redshift": "GetClusterCredentials GetClusterCredentialsWithIAM",
        "redshift-serverless": "GetCredentials",
        "rds-db": "connect",
        "lightsail": "GetInstanceAccessDetails GetRelationalDatabaseMasterUserPassword DownloadDefaultKeyPair",
        "cognito-identity": "GetCredentialsForIdentity GetOpenIdToken GetOpenIdTokenForDeveloperIdentity",
        "cognito-idp": "DescribeUserPoolClient AssociateSoftwareToken",
        "sso": "GetRoleCredentials",
        "codepipeline": "PollForJobs",
        "connect": "GetFederationToken",
        "gamelift": "RequestUploadCredentials GetInstanceAccess",
        "iot": "AssumeRoleWithCertificate",
        "mediapackage": "RotateIngestEndpointCredentials RotateChannelCredentials",
        "ec2": "GetPasswordData",
        "chime": "CreateApiKey",
        "secretsmanager": "GetSecretValue BatchGetSecretValue",
        "ssm": "GetParameter GetParameters GetParametersByPath GetParameterHistory",
    }
)
"""What answers with something that logs in. `ecr:GetAuthorizationToken` takes no resource and gives no more than the
rights one has already."""

DATA = _names(
    {
        "s3": "GetObject GetObjectVersion",
        "dynamodb": "Scan ExportTableToPointInTime",
        "secretsmanager": "GetSecretValue BatchGetSecretValue",
        "ssm": "GetParameter GetParameters GetParametersByPath",
        "rds": "CreateDBSnapshot CopyDBSnapshot CreateDBClusterSnapshot StartExportTask ModifyDBSnapshotAttribute",
        "rds-data": "ExecuteStatement BatchExecuteStatement",
        "ec2": "ModifySnapshotAttribute ModifyImageAttribute",
        "ebs": "GetSnapshotBlock",
        "athena": "GetQueryResults",
        "kinesis": "GetRecords",
        "backup": "StartCopyJob",
    }
)
"""What hands out stored data in bulk, or a copy of it."""

PERMISSIONS = _names(
    {
        "acm-pca": "CreatePermission DeletePermission PutPolicy DeletePolicy",
        "apigateway": "UpdateRestApiPolicy",
        "backup": "PutBackupVaultAccessPolicy DeleteBackupVaultAccessPolicy",
        "cloudformation": "SetStackPolicy",
        "codeartifact": "PutDomainPermissionsPolicy PutRepositoryPermissionsPolicy",
        "codebuild": "PutResourcePolicy DeleteResourcePolicy ImportSourceCredentials DeleteSourceCredentials",
        "cognito-identity": "SetIdentityPoolRoles CreateIdentityPool UpdateIdentityPool DeleteIdentityPool",
        "ds": "CreateTrust ShareDirectory CreateConditionalForwarder",
        "dynamodb": "PutResourcePolicy DeleteResourcePolicy",
        "ec2": "CreateNetworkInterfacePermission DeleteNetworkInterfacePermission ModifySnapshotAttribute "
        "ModifyVpcEndpointServicePermissions ResetSnapshotAttribute",
        "ecr": "SetRepositoryPolicy DeleteRepositoryPolicy PutRegistryPolicy DeleteRegistryPolicy",
        "elasticfilesystem": "PutFileSystemPolicy DeleteFileSystemPolicy",
        "elasticmapreduce": "PutBlockPublicAccessConfiguration",
        "es": "CreateElasticsearchDomain UpdateElasticsearchDomainConfig CreateDomain UpdateDomainConfig",
        "events": "PutPermission RemovePermission",
        "glacier": "SetVaultAccessPolicy DeleteVaultAccessPolicy SetDataRetrievalPolicy InitiateVaultLock "
        "CompleteVaultLock AbortVaultLock",
        "glue": "PutResourcePolicy DeleteResourcePolicy",
        "iam": "AddClientIDToOpenIDConnectProvider AddRoleToInstanceProfile AddUserToGroup AttachGroupPolicy "
        "AttachRolePolicy AttachUserPolicy ChangePassword CreateAccessKey CreateAccountAlias CreateGroup "
        "CreateInstanceProfile CreateLoginProfile CreateOpenIDConnectProvider CreatePolicy CreatePolicyVersion "
        "CreateRole CreateSAMLProvider CreateServiceLinkedRole CreateServiceSpecificCredential CreateUser "
        "CreateVirtualMFADevice DeactivateMFADevice DeleteAccessKey DeleteAccountAlias DeleteAccountPasswordPolicy "
        "DeleteGroup DeleteGroupPolicy DeleteInstanceProfile DeleteLoginProfile DeleteOpenIDConnectProvider "
        "DeletePolicy DeletePolicyVersion DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy "
        "DeleteSAMLProvider DeleteServiceLinkedRole DeleteUser DeleteUserPermissionsBoundary DeleteUserPolicy "
        "DeleteVirtualMFADevice DetachGroupPolicy DetachRolePolicy DetachUserPolicy EnableMFADevice PassRole "
        "PutGroupPolicy PutRolePermissionsBoundary PutRolePolicy PutUserPermissionsBoundary PutUserPolicy "
        "RemoveRoleFromInstanceProfile RemoveUserFromGroup SetDefaultPolicyVersion UpdateAccessKey "
        "UpdateAccountPasswordPolicy UpdateAssumeRolePolicy UpdateGroup UpdateLoginProfile UpdateRole UpdateUser",
        "imagebuilder": "PutComponentPolicy PutImagePolicy PutImageRecipePolicy",
        "iot": "AttachPolicy AttachPrincipalPolicy DetachPolicy SetDefaultPolicyVersion",
        "kms": "CreateGrant PutKeyPolicy RetireGrant RevokeGrant",
        "lakeformation": "GrantPermissions BatchGrantPermissions RevokePermissions BatchRevokePermissions "
        "PutDataLakeSettings",
        "lambda": "AddPermission AddLayerVersionPermission RemovePermission RemoveLayerVersionPermission",
        "logs": "PutResourcePolicy DeleteResourcePolicy",
        "mediastore": "PutContainerPolicy DeleteContainerPolicy",
        "organizations": "AttachPolicy DetachPolicy UpdatePolicy DeletePolicy PutResourcePolicy",
        "ram": "AcceptResourceShareInvitation AssociateResourceShare CreateResourceShare DeleteResourceShare "
        "DisassociateResourceShare UpdateResourceShare EnableSharingWithAwsOrganization",
        "rds": "AuthorizeDBSecurityGroupIngress",
        "redshift": "AuthorizeSnapshotAccess RevokeSnapshotAccess CreateClusterUser JoinGroup ModifyClusterIamRoles "
        "PutResourcePolicy",
        "s3": "BypassGovernanceRetention PutBucketPolicy DeleteBucketPolicy PutBucketAcl PutObjectAcl "
        "PutObjectVersionAcl PutBucketPublicAccessBlock PutAccountPublicAccessBlock PutAccessPointPolicy "
        "DeleteAccessPointPolicy ObjectOwnerOverrideToBucketOwner",
        "secretsmanager": "PutResourcePolicy DeleteResourcePolicy",
        "serverlessrepo": "PutApplicationPolicy",
        "sns": "AddPermission RemovePermission SetTopicAttributes",
        "sqs": "AddPermission RemovePermission SetQueueAttributes",
        "ssm": "ModifyDocumentPermission PutResourcePolicy",
        "sso": "CreatePermissionSet UpdatePermissionSet PutPermissionsPolicy PutInlinePolicyToPermissionSet "
        "AttachManagedPolicyToPermissionSet CreateAccountAssignment",
        "wafv2": "PutPermissionPolicy DeletePermissionPolicy",
        "xray": "PutResourcePolicy",
    }
)
"""Actions that decide who may do what (access level "permissions management")."""

_KNOWN: dict[str, tuple[str, ...]] = {}
"""The actions above by service, in lower case."""


@lru_cache(maxsize=512)
def matching(pattern: str) -> tuple[str, ...]:
    """The actions above that a pattern of a policy matches, in lower case."""
    if not _KNOWN:
        every = {
            action.lower()
            for actions in (*(p.actions for p in PATHS), CREDENTIALS, DATA, PERMISSIONS)
            for action in actions
        }
        for service in sorted({action.partition(":")[0] for action in every}):
            _KNOWN[service] = tuple(sorted(action for action in every if action.partition(":")[0] == service))
    service = pattern.lower().partition(":")[0]
    if "*" not in service and "?" not in service:
        return tuple(action for action in _KNOWN.get(service, ()) if covers(pattern, action))
    return tuple(action for actions in _KNOWN.values() for action in actions if covers(pattern, action))


SENSITIVE = frozenset(
    [
        "s3",
        "dynamodb",
        "rds",
        "kms",
        "secretsmanager",
        "ssm",
        "ec2",
        "lambda",
        "sts",
        "organizations",
        "sso",
        "iam",
        "cloudformation",
        "cloudtrail",
        "ecr",
        "ecs",
        "eks",
        "elasticache",
        "es",
        "redshift",
        "sns",
        "sqs",
        "kinesis",
        "glue",
        "athena",
        "logs",
        "events",
        "backup",
        "rds-data",
        "cognito-idp",
        "cognito-identity",
        "codebuild",
        "codepipeline",
        "autoscaling",
        "elasticloadbalancing",
        "route53",
        "cloudfront",
        "apigateway",
        "states",
        "acm",
        "batch",
        "elasticfilesystem",
        "elasticmapreduce",
        "sagemaker",
        "firehose",
        "guardduty",
        "config",
        "waf",
        "wafv2",
        "ram",
    ]
)
"""Services whose every right together means data, money or more rights."""

_WRITES = {
    "s3": "Put Delete Create Restore Abort Replicate Update",
    "dynamodb": "Put Delete Update Create BatchWrite PartiQLDelete PartiQLInsert PartiQLUpdate Restore",
    "sqs": "Send Delete Purge Create Set Add Remove Change",
    "sns": "Publish Delete Create Set Add Remove",
    "kms": "Encrypt Decrypt ReEncrypt Generate Create Put Disable Enable Schedule Delete Update Sign",
    "lambda": "Create Update Delete Invoke Put Publish",
    "secretsmanager": "Create Put Update Delete Rotate Restore",
    "ssm": "Put Delete Send Start Create Update",
    "rds": "Create Delete Modify Restore Reboot Start Stop",
    "rds-data": "Execute Batch",
    "iam": "Create Delete Put Attach Detach Update Add Remove Set Tag Untag Pass Upload",
    "ec2": "RunInstances TerminateInstances StartInstances StopInstances RebootInstances CreateTags DeleteTags "
    "CreateVolume DeleteVolume AttachVolume DetachVolume CreateSnapshot DeleteSnapshot Authorize Revoke "
    "CreateSecurityGroup DeleteSecurityGroup Modify Associate Disassociate Replace CreateImage DeleteVpc CreateVpc "
    "CreateSubnet DeleteSubnet CreateRoute DeleteRoute CreateLaunchTemplate",
    "logs": "Create Put Delete",
    "kinesis": "Put Create Delete Merge Split Update",
    "firehose": "Put Create Delete Update",
    "states": "Create Delete Start Stop Update Send",
    "events": "Put Delete Create Update Remove",
    "ecr": "Put Upload Initiate Complete Create Delete BatchDelete Set",
    "ecs": "Run Start Stop Create Delete Update Execute",
    "eks": "Create Delete Update Associate",
    "cloudformation": "Create Delete Update Execute Cancel Set",
    "cloudfront": "Create Delete Update",
    "route53": "Change Create Delete Update Associate",
    "elasticache": "Create Delete Modify Reboot",
    "es": "Create Delete Update ESHttpPost ESHttpPut ESHttpDelete ESHttpPatch",
    "redshift": "Create Delete Modify Reboot Restore",
    "glue": "Create Delete Update Start Stop Put Batch",
    "athena": "Start Create Delete Update",
    "codebuild": "Start Stop Create Update Delete",
    "codepipeline": "Start Put Create Update Delete",
    "codecommit": "Git Put Create Delete Merge Update",
    "codedeploy": "Create Delete Update",
    "cloudwatch": "PutMetricAlarm DeleteAlarms SetAlarm",
    "cloudtrail": "Create Delete Update Stop",
    "autoscaling": "Create Delete Update Set Terminate",
    "elasticloadbalancing": "Create Delete Modify Register Deregister Set Add Remove",
    "elasticfilesystem": "Create Delete Put Client Update",
    "sts": "AssumeRole",
    "acm": "Delete Export Import",
    "apigateway": "POST PUT PATCH DELETE",
    "execute-api": "Invoke",
    "backup": "Create Delete Put Start Update",
    "batch": "Submit Terminate Cancel",
    "sagemaker": "Create Delete Update Invoke Start Stop",
    "bedrock": "Invoke Create Delete Update",
    "iot": "Publish Create Delete Update Attach",
    "organizations": "Attach Detach Create Delete Update Move Remove Close",
    "wafv2": "Create Delete Update Associate Put",
}

WRITES: dict[str, tuple[str, ...]] = {service: tuple(names.split()) for service, names in _WRITES.items()}
"""How the names of a service's writing actions begin, those that can be limited to a resource."""

UNLIMITED = frozenset(
    name.lower()
    for name in _names(
        {
            "s3": "CreateJob CreateStorageLensGroup PutAccountPublicAccessBlock PutStorageLensConfiguration",
            "kms": "CreateKey GenerateRandom CreateCustomKeyStore",
            "ssm": "CreateActivation UpdateInstanceInformation PutInventory PutComplianceItems "
            "DeleteInventory CreateResourceDataSync",
            "sqs": "",
            "ec2": "ModifyAvailabilityZoneGroup",
            "iam": "CreateAccountAlias DeleteAccountAlias UpdateAccountPasswordPolicy DeleteAccountPasswordPolicy",
            "logs": "PutDestination PutResourcePolicy DeleteResourcePolicy CreateLogDelivery DeleteLogDelivery "
            "UpdateLogDelivery",
            "lambda": "CreateEventSourceMapping CreateCodeSigningConfig",
            "cloudfront": "CreateCloudFrontOriginAccessIdentity CreateMonitoringSubscription",
            "route53": "CreateHostedZone CreateHealthCheck",
            "ecs": "CreateCluster CreateTaskSet",
            "eks": "CreateCluster",
            "codebuild": "",
            "organizations": "CreateAccount CreateOrganization",
            "elasticfilesystem": "CreateFileSystem",
            "apigateway": "",
            "batch": "",
            "autoscaling": "",
            "secretsmanager": "",
        }
    )
)
"""Writing actions that take no resource but `*`."""


def is_limited_write(pattern: str) -> bool:
    """Whether an action, or a pattern for some, changes things and can be limited to a resource."""
    service, _, name = pattern.partition(":")
    starts = WRITES.get(service.lower())
    if not starts or pattern.lower() in UNLIMITED:
        return False
    if name.strip("*") == "":
        return True
    low = name.lower()
    return any(low.startswith(start.lower()) for start in starts)
