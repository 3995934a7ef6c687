/*
 * StreamDb's SQL: PostgreSQL's dialect with the streaming surface of RisingWave and Materialize.
 *
 * Precedence is the order of the alternatives in `value` (casts down to operators) and `expression` (LIKE down to OR),
 * as in PostgreSQL's manual, section 4.1.6. `value` exists of its own because the bounds of BETWEEN end at AND.
 * OPEN_QUERY is a parenthesis that opens a query; the token reader tells it from OPEN_PAREN before parsing, so no decision
 * here needs to look past a nested expression; FIELD_DOT, LIST_CONSTRUCTOR and MAP_CONSTRUCTOR come from there too.
 * Keep it so: lookahead over an expression costs quadratic time, and stack, in nested text.
 */
parser grammar StreamDbParser;

options { tokenVocab = StreamDbLexer; superClass = StreamDbParserBase; }

@header { using StreamDb.Sql.Parsing; }

singleStatement: statement EOF;
singleExpression: expression EOF;
singleType: typeName EOF;

statement
    : dataStatement
    | createStatement
    | dropStatement
    | alterStatement
    | explainStatement
    | showStatement
    | setStatement
    | transactionStatement
    | cursorStatement
    | subscribeStatement
    | copyStatement
    | grantStatement
    | sessionStatement
    | otherStatement
    ;

// One rule, so that a leading WITH is read once.
dataStatement: withClause? (queryBody queryTail | insertBody | updateBody | deleteBody);

queryStatement: query;

// ---------------------------------------------------------------- queries

query: withClause? queryBody queryTail;

queryTail: orderByClause? limitPart* lockingClause* asOfClause? (OPTIONS optionGroup)?;

withClause
    : WITH RECURSIVE? commonTable (COMMA commonTable)*
    | WITH MUTUALLY RECURSIVE (OPEN_PAREN recursionOption (COMMA recursionOption)* CLOSE_PAREN)? commonTable (COMMA commonTable)*
    ;

recursionOption: ((RETURN | ERROR) AT)? RECURSION LIMIT EQUAL? INTEGER;

commonTable
    : identifier (OPEN_PAREN (identifierList | nameAndType (COMMA nameAndType)*) CLOSE_PAREN)? AS
      ((NOT? MATERIALIZED)? OPEN_QUERY query CLOSE_PAREN | CHANGELOG FROM qualifiedName)
    ;

queryBody: queryTerm (queryBodyOperator queryTerm)*;
queryBodyOperator: (UNION | EXCEPT) (ALL | DISTINCT)? corresponding?;

queryTerm: queryPrimary (queryTermOperator queryPrimary)*;
queryTermOperator: INTERSECT (ALL | DISTINCT)? corresponding?;

corresponding: CORRESPONDING (BY OPEN_PAREN identifierList CLOSE_PAREN)?;

queryPrimary
    : selectBody
    | VALUES valuesRow (COMMA valuesRow)*
    | TABLE qualifiedName
    | OPEN_QUERY query CLOSE_PAREN
    ;

valuesRow
    : OPEN_PAREN expressionList CLOSE_PAREN
    | OPEN_QUERY query CLOSE_PAREN
    ;

selectBody
    : SELECT selectQuantifier? (selectItem (COMMA selectItem)*)?
      (FROM tableExpression (COMMA tableExpression)*)?
      (WHERE expression)?
      groupByClause?
      (HAVING expression)?
      (WINDOW namedWindow (COMMA namedWindow)*)?
    ;

selectQuantifier: ALL | DISTINCT (ON expressionGroup)?;

selectItem
    : STAR wildcardExcept?
    | expression (AS label | bareLabel)?
    ;

wildcardExcept: EXCEPT OPEN_PAREN qualifiedName (COMMA qualifiedName)* CLOSE_PAREN;

groupByClause: GROUP BY (ALL | DISTINCT)? groupingElement (COMMA groupingElement)*;

groupingElement
    : GROUPING SETS OPEN_PAREN groupingElement (COMMA groupingElement)* CLOSE_PAREN
    | ROLLUP expressionGroup
    | CUBE expressionGroup
    | OPEN_PAREN CLOSE_PAREN
    | expression
    ;

orderByClause: ORDER BY orderItem (COMMA orderItem)*;
orderItem: expression (ASC | DESC | USING (LESS | GREATER))? (NULLS (FIRST | LAST))?;

limitPart
    : LIMIT (ALL | expression)
    | OFFSET expression (ROW | ROWS)?
    | FETCH (FIRST | NEXT) (INTEGER | PARAMETER | OPEN_PAREN expression CLOSE_PAREN)? (ROW | ROWS) (ONLY | WITH TIES)
    ;

lockingClause
    : FOR (NO KEY UPDATE | UPDATE | KEY SHARE | SHARE) (OF qualifiedName (COMMA qualifiedName)*)? (NOWAIT | SKIP_KEYWORD LOCKED)?
    ;

asOfClause: AS OF (AT LEAST)? expression;

// ---------------------------------------------------------------- FROM

tableExpression: tablePrimary joinPart*;

joinPart
    : CROSS JOIN tablePrimary
    | NATURAL joinKind? JOIN tablePrimary
    | ASOF? joinKind? JOIN tableExpression joinQualifier
    ;

joinKind: INNER | (LEFT | RIGHT | FULL) OUTER?;

joinQualifier
    : ON expression
    | USING OPEN_PAREN identifierList CLOSE_PAREN (AS identifier)?
    ;

tablePrimary
    : LATERAL? OPEN_QUERY (query | showStatement) CLOSE_PAREN tableAlias?
    | OPEN_PAREN tableExpression CLOSE_PAREN tableAlias?
    | LATERAL? ROWS FROM OPEN_PAREN tableFunction (COMMA tableFunction)* CLOSE_PAREN (WITH ORDINALITY)? functionAlias?
    | LATERAL? tableFunction (WITH ORDINALITY)? functionAlias? (WITH ORDINALITY)?
    | ONLY? qualifiedName STAR? systemTime? tableAlias? systemTime?
    ;

tableFunction
    : functionName callArguments
    | specialFunction
    ;

systemTime: FOR SYSTEM_TIME AS OF expression intervalFields?;

tableAlias: (AS identifier | bareAlias) (OPEN_PAREN identifierList CLOSE_PAREN)?;

functionAlias
    : (AS identifier | bareAlias) (OPEN_PAREN (identifierList | nameAndType (COMMA nameAndType)*) CLOSE_PAREN)?
    | AS OPEN_PAREN nameAndType (COMMA nameAndType)* CLOSE_PAREN
    ;

// ---------------------------------------------------------------- expressions

expression
    : value                                                              # valueExpression
    | expression NOT? likeOperator value (ESCAPE value)?                 # likeExpression
    | expression NOT? BETWEEN (SYMMETRIC | ASYMMETRIC)? value AND value  # betweenExpression
    | expression NOT? IN expressionsOrQuery                              # inExpression
    | expression OVERLAPS expression                                     # overlapsExpression
    | expression comparisonOperator expression                           # comparisonExpression
    | expression (ISNULL | NOTNULL)                                      # isNullExpression
    | expression IS NOT? isTest                                          # isExpression
    | NOT expression                                                     # notExpression
    | expression AND expression                                          # andExpression
    | expression OR expression                                           # orExpression
    ;

likeOperator: LIKE | ILIKE | SIMILAR TO;

comparisonOperator: EQUAL | LESS | GREATER | LESS_EQUAL | GREATER_EQUAL | NOT_EQUAL;

isTest
    : NULL
    | TRUE
    | FALSE
    | UNKNOWN
    | JSON (VALUE | SCALAR | ARRAY | OBJECT)?
    | DISTINCT FROM value
    ;

value
    : primary                                                   # primaryValue
    | value OPEN_BRACKET subscript CLOSE_BRACKET                # subscriptValue
    | value FIELD_DOT (label (DOT label)* (DOT STAR)? | STAR)     # fieldValue
    | value TYPECAST typeName                                   # castValue
    | (PLUS | MINUS) value                                      # signValue
    | value COLLATE qualifiedName                               # collateValue
    | value AT TIME ZONE value                                  # timeZoneValue
    | value AT LOCAL                                            # localZoneValue
    | value CARET value                                         # binaryValue
    | value (STAR | SLASH | PERCENT) value                      # binaryValue
    | value (PLUS | MINUS) value                                # binaryValue
    | symbol value                                              # prefixValue
    | value symbol value                                        # symbolValue
    ;

symbol
    : SYMBOL
    | SHIFT_RIGHT
    | PIPE
    | OPERATOR OPEN_PAREN (label DOT)* anyOperator CLOSE_PAREN
    ;

anyOperator
    : SYMBOL | SHIFT_RIGHT | PIPE | STAR | PLUS | MINUS | SLASH | PERCENT | CARET | EQUAL | LESS | GREATER | LESS_EQUAL
    | GREATER_EQUAL | NOT_EQUAL | ARROW
    ;

subscript
    : COLON value?
    | expression (COLON value?)?
    ;

primary
    : literal
    | PARAMETER
    | DEFAULT
    | OPEN_PAREN expressionList CLOSE_PAREN
    | OPEN_QUERY query CLOSE_PAREN
    | ROW (OPEN_PAREN expressionList? CLOSE_PAREN | OPEN_QUERY query CLOSE_PAREN)
    | EXISTS OPEN_QUERY query CLOSE_PAREN
    | (ANY | SOME | ALL) expressionOrQuery
    | (ARRAY | LIST | MAP) OPEN_QUERY query CLOSE_PAREN
    | (ARRAY | LIST_CONSTRUCTOR) collectionElements
    | MAP_CONSTRUCTOR OPEN_BRACE (mapEntry (COMMA mapEntry)*)? CLOSE_BRACE
    | MAP_CONSTRUCTOR OPEN_BRACKET (mapEntry (COMMA mapEntry)*)? CLOSE_BRACKET
    | CAST OPEN_PAREN expression AS typeName CLOSE_PAREN
    | caseExpression
    | intervalLiteral
    | wordyTypeLiteral
    | specialFunction
    | nameOrCall
    ;

literal
    : NULL | TRUE | FALSE | INTEGER | RADIX_INTEGER | NUMBER | stringLiteral | BIT_STRING | HEX_STRING
    ;

stringLiteral
    : STRING
    | ESCAPE_STRING
    | DOLLAR_STRING
    | UNICODE_STRING (UESCAPE STRING)?
    ;

// A column, a call, `relation.*` or `type 'text'`: told apart by what follows the name.
nameOrCall
    : plainName (DOT STAR wildcardExcept? | callArguments callSuffix | stringLiteral)?
    | AGGREGATE COLON plainName callArguments callSuffix
    | joinWord callArguments callSuffix
    | callWord (DOT label)* (DOT STAR wildcardExcept?)?
    ;

callArguments
    : OPEN_PAREN STAR CLOSE_PAREN
    | OPEN_PAREN ((ALL | DISTINCT)? functionArgument (COMMA functionArgument)* orderByClause?)? CLOSE_PAREN
    | OPEN_QUERY query CLOSE_PAREN
    ;

functionArgument
    : PIPE identifierList PIPE expression
    | label (ARROW | ASSIGN) expression
    | VARIADIC? expression ((IGNORE | RESPECT) NULLS)?
    ;

callSuffix
    : stringLiteral
    | (WITHIN GROUP OPEN_PAREN orderByClause CLOSE_PAREN)? (FILTER OPEN_PAREN WHERE expression CLOSE_PAREN)? ((IGNORE | RESPECT) NULLS)?
      (OVER (identifier | windowSpecification))?
    ;

windowSpecification
    : OPEN_PAREN windowBase? (PARTITION BY expressionList)? orderByClause? frameClause? CLOSE_PAREN
    ;

windowBase: identifier;

namedWindow: identifier AS windowSpecification;

frameClause
    : SESSION WITH GAP expression
    | (ROWS | RANGE | GROUPS) (frameBound | BETWEEN frameBound AND frameBound)
      (EXCLUDE (CURRENT ROW | GROUP | TIES | NO OTHERS))?
    ;

frameBound
    : UNBOUNDED (PRECEDING | FOLLOWING)
    | CURRENT ROW
    | value (PRECEDING | FOLLOWING)
    ;

// Functions with words for parentheses, commas or a name.
specialFunction
    : EXTRACT OPEN_PAREN (label | stringLiteral) (FROM | COMMA) expression CLOSE_PAREN             # extractFunction
    | POSITION OPEN_PAREN value (IN | COMMA) value CLOSE_PAREN                                     # positionFunction
    | OVERLAY OPEN_PAREN value (PLACING value FROM value (FOR value)? | (COMMA expression)+) CLOSE_PAREN
                                                                                                   # overlayFunction
    | SUBSTRING OPEN_PAREN value
      (FROM value (FOR value)? | FOR value (FROM value)? | SIMILAR value ESCAPE value | (COMMA expression)+) CLOSE_PAREN
                                                                                                   # substringFunction
    | TRIM OPEN_PAREN (LEADING | TRAILING | BOTH)?
      (FROM expressionList | expression (FROM expressionList | (COMMA expression)*)) CLOSE_PAREN   # trimFunction
    | (EXTRACT | POSITION | OVERLAY | SUBSTRING | TRIM) OPEN_QUERY query CLOSE_PAREN               # queryFunction
    | (COALESCE | GREATEST | LEAST) expressionGroup                                     # extremeFunction
    | NULLIF OPEN_PAREN expression COMMA expression CLOSE_PAREN                        # nullIfFunction
    | (CURRENT_DATE | CURRENT_ROLE | CURRENT_USER | SESSION_USER | SYSTEM_USER | USER | CURRENT_CATALOG
      | CURRENT_SCHEMA) (OPEN_PAREN CLOSE_PAREN)?                          # keywordFunction
    | CURRENT_DATABASE OPEN_PAREN CLOSE_PAREN                              # databaseFunction
    | (CURRENT_TIME | CURRENT_TIMESTAMP | LOCALTIME | LOCALTIMESTAMP) (OPEN_PAREN INTEGER? CLOSE_PAREN)?
                                                                           # timeFunction
    ;

caseExpression: CASE expression? (WHEN expression THEN expression)+ (ELSE expression)? END;

collectionElements: OPEN_BRACKET (collectionElement (COMMA collectionElement)*)? CLOSE_BRACKET;
collectionElement: expression | collectionElements;

mapEntry: expression (COLON | ARROW) expression;

intervalLiteral: INTERVAL (OPEN_PAREN INTEGER CLOSE_PAREN)? stringLiteral intervalFields?;

intervalFields
    : intervalField (TO intervalField)? (OPEN_PAREN INTEGER CLOSE_PAREN)?
    ;

intervalField
    : YEAR | MONTH | DAY | HOUR | MINUTE | SECOND | YEARS | MONTHS | DAYS | HOURS | MINUTES | SECONDS
    ;

// Types of several words; one-word types are names.
wordyTypeLiteral: wordyType stringLiteral;

wordyType
    : DOUBLE PRECISION
    | (CHARACTER | CHAR | BIT) VARYING typeModifiers?
    | NATIONAL (CHARACTER | CHAR) VARYING? typeModifiers?
    | (TIMESTAMP | TIME) typeModifiers? (WITH | WITHOUT) TIME ZONE
    ;

expressionList: expression (COMMA expression)*;

// (a, b, …); a single query in double parentheses reads as a query.
expressionGroup
    : OPEN_PAREN expressionList CLOSE_PAREN
    | OPEN_QUERY query CLOSE_PAREN
    ;

expressionsOrQuery
    : OPEN_PAREN expressionList? CLOSE_PAREN
    | OPEN_QUERY query CLOSE_PAREN
    ;

expressionOrQuery
    : OPEN_PAREN expression CLOSE_PAREN
    | OPEN_QUERY query CLOSE_PAREN
    ;

// ---------------------------------------------------------------- types

typeName: SETOF? simpleType typeSuffix*;

typeSuffix
    : OPEN_BRACKET INTEGER? CLOSE_BRACKET
    | ARRAY (OPEN_BRACKET INTEGER CLOSE_BRACKET)?
    | LIST
    ;

simpleType
    : STRUCT LESS (nameAndType (COMMA nameAndType)*)? GREATER
    | MAP OPEN_PAREN typeName COMMA typeName CLOSE_PAREN
    | MAP_CONSTRUCTOR OPEN_BRACKET typeName ARROW typeName CLOSE_BRACKET
    | INTERVAL (OPEN_PAREN INTEGER CLOSE_PAREN | intervalFields)?
    | wordyType
    | plainName typeModifiers?
    ;

typeModifiers: OPEN_PAREN expressionList CLOSE_PAREN;

nameAndType: identifier typeName;

// ---------------------------------------------------------------- data

insertBody
    : INSERT INTO qualifiedName (AS identifier)? columnNames? (DEFAULT VALUES | query) onConflict? returningClause?
    ;

onConflict
    : ON CONFLICT (OPEN_PAREN expressionList CLOSE_PAREN (WHERE expression)? | ON CONSTRAINT identifier)?
      DO (NOTHING | UPDATE SET assignment (COMMA assignment)* (WHERE expression)?)
    ;

assignment: (identifier | OPEN_PAREN identifierList CLOSE_PAREN) EQUAL expression;

returningClause: RETURNING selectItem (COMMA selectItem)*;

updateBody
    : UPDATE ONLY? qualifiedName (AS? identifier)? SET assignment (COMMA assignment)*
      (FROM tableExpression (COMMA tableExpression)*)? (WHERE expression)? returningClause?
    ;

deleteBody
    : DELETE FROM ONLY? qualifiedName STAR? (AS? identifier)?
      (USING tableExpression (COMMA tableExpression)*)? (WHERE expression)? returningClause?
    ;

copyStatement
    : COPY INTO? (qualifiedName (OPEN_PAREN identifierList CLOSE_PAREN)? | OPEN_QUERY query CLOSE_PAREN)
      (FROM | TO) (STDIN | STDOUT | stringLiteral) WITH? (optionGroup | copyOption*) (WHERE expression)?
    ;

copyOption
    : BINARY
    | CSV
    | HEADER
    | FREEZE
    | label AS? stringLiteral
    ;

subscribeStatement
    : SUBSCRIBE TO? (qualifiedName | OPEN_QUERY query CLOSE_PAREN)
      subscribeEnvelope? optionList? asOfClause? (UP TO expression)? subscribeEnvelope?
    ;

subscribeEnvelope
    : ENVELOPE (UPSERT | DEBEZIUM) OPEN_PAREN KEY OPEN_PAREN identifierList CLOSE_PAREN CLOSE_PAREN
    | WITHIN TIMESTAMP orderByClause
    ;

// ---------------------------------------------------------------- definitions

createStatement
    : CREATE orReplace? (TEMP | TEMPORARY)? TABLE ifNotExists? qualifiedName tableElements? tableClause*
      (AS query (WITH NO? DATA)?)?                                             # createTable
    | CREATE orReplace? (TEMP | TEMPORARY)? SOURCE ifNotExists? qualifiedName tableElements? tableClause*
                                                                               # createSource
    | CREATE orReplace? (TEMP | TEMPORARY)? VIEW ifNotExists? qualifiedName columnNames? AS query
                                                                               # createView
    | CREATE orReplace? MATERIALIZED VIEW ifNotExists? qualifiedName columnNames? inCluster? optionList?
      AS query emitClause?                                                     # createMaterializedView
    | CREATE UNIQUE? INDEX CONCURRENTLY? (ifNotExists? qualifiedName)? inCluster? ON ONLY? qualifiedName
      (USING identifier)? OPEN_PAREN orderItem (COMMA orderItem)* CLOSE_PAREN indexClause* # createIndex
    | CREATE DEFAULT INDEX inCluster? ON qualifiedName indexClause*            # createDefaultIndex
    | CREATE orReplace? SINK ifNotExists? qualifiedName (INTO qualifiedName columnNames?)?
      (FROM qualifiedName | AS query emitClause?) optionList? formatClause?    # createSink
    | CREATE SUBSCRIPTION ifNotExists? qualifiedName FROM qualifiedName optionList?
                                                                               # createSubscription
    | CREATE SCHEMA ifNotExists? (qualifiedName (AUTHORIZATION identifierOrUser)? | AUTHORIZATION identifierOrUser)
                                                                               # createSchema
    | CREATE DATABASE ifNotExists? identifier (WITH? databaseOption+)?         # createDatabase
    | CREATE TYPE qualifiedName AS typeDefinition                              # createType
    | CREATE orReplace? (TEMP | TEMPORARY)? (FUNCTION | AGGREGATE) ifNotExists? qualifiedName
      OPEN_PAREN (functionParameter (COMMA functionParameter)*)? CLOSE_PAREN returnsClause? functionClause* optionList?
                                                                               # createFunction
    | CREATE (CONNECTION | SECRET) ifNotExists? qualifiedName optionList? (AS expression)?
                                                                               # createConnection
    | CREATE (USER | ROLE) ifNotExists? identifierOrUser WITH? roleOption*     # createRole
    ;

orReplace: OR REPLACE;
ifNotExists: IF NOT EXISTS;
ifExists: IF EXISTS;
columnNames: OPEN_PAREN identifierList CLOSE_PAREN;
inCluster: IN CLUSTER identifier;
emitClause: EMIT ON WINDOW CLOSE;

tableElements: OPEN_PAREN (tableElement (COMMA tableElement)* COMMA?)? CLOSE_PAREN;

tableElement
    : WATERMARK FOR identifier AS expression (WITH TTL)?
    | tableConstraint
    | LIKE qualifiedName ((INCLUDING | label) label)*
    | STAR
    | (identifier | USER) typeName? (COLLATE qualifiedName)? columnConstraint*
    ;

tableConstraint
    : (CONSTRAINT identifier)?
      ( PRIMARY KEY OPEN_PAREN identifierList CLOSE_PAREN
      | UNIQUE OPEN_PAREN identifierList CLOSE_PAREN
      | CHECK OPEN_PAREN expression CLOSE_PAREN
      | FOREIGN KEY OPEN_PAREN identifierList CLOSE_PAREN REFERENCES qualifiedName columnNames? referenceAction*
      )
    ;

columnConstraint
    : (CONSTRAINT identifier)?
      ( NOT NULL
      | NULL
      | PRIMARY KEY
      | UNIQUE
      | DEFAULT expression
      | CHECK OPEN_PAREN expression CLOSE_PAREN
      | GENERATED (ALWAYS | BY DEFAULT) AS IDENTITY
      | GENERATED ALWAYS AS OPEN_PAREN expression CLOSE_PAREN STORED?
      | AS expression
      | REFERENCES qualifiedName columnNames? referenceAction*
      )
    ;

referenceAction
    : ON (DELETE | UPDATE) (NO ACTION | RESTRICT | CASCADE | SET (NULL | DEFAULT))
    | MATCH (FULL | SIMPLE | label)
    | NOT? DEFERRABLE
    | INITIALLY (DEFERRED | IMMEDIATE)
    ;

tableClause
    : APPEND ONLY                                                                     # appendOnlyClause
    | ON CONFLICT (OVERWRITE | IGNORE | DO NOTHING | DO UPDATE FULL | DO UPDATE IF NOT NULL)        # tableConflictClause
    | WITH VERSION COLUMN OPEN_PAREN identifierList CLOSE_PAREN                                   # versionClause
    | optionList                                                                      # optionsClause
    | INCLUDE label (label | stringLiteral)? typeName? (AS identifier)?               # includeClause
    | FROM qualifiedName TABLE stringLiteral                                          # sourceTableClause
    | ENGINE EQUAL identifier                                                         # engineClause
    | formatClause                                                                    # tableFormatClause
    ;

formatClause
    : FORMAT label optionGroup? (ENCODE label optionGroup?)? (KEY ENCODE label optionGroup?)?
    ;

indexClause
    : INCLUDE expressionGroup
    | DISTRIBUTED BY expressionGroup
    | optionList
    | WHERE expression
    ;

databaseOption: label EQUAL? (label | literal);

typeDefinition
    : OPEN_PAREN (nameAndType (COMMA nameAndType)*)? CLOSE_PAREN
    | ENUM OPEN_PAREN (stringLiteral (COMMA stringLiteral)*)? CLOSE_PAREN
    | (LIST | MAP) OPEN_PAREN typeOption (COMMA typeOption)* CLOSE_PAREN
    ;

typeOption: label (label)? EQUAL typeName;

functionParameter: VARIADIC? identifier? typeName ((DEFAULT | EQUAL) expression)?;

returnsClause
    : RETURNS TABLE OPEN_PAREN nameAndType (COMMA nameAndType)* CLOSE_PAREN
    | RETURNS typeName
    ;

functionClause
    : LANGUAGE (identifier | stringLiteral)
    | AS stringLiteral (COMMA stringLiteral)?
    | RETURN expression
    | IMMUTABLE | STABLE | VOLATILE | STRICT
    | CALLED ON NULL INPUT
    | RETURNS NULL ON NULL INPUT
    | (PARALLEL | COST | ROWS) (label | literal)
    | USING label (stringLiteral | identifier)
    | (SECURITY | label) label
    | SET identifier (TO | EQUAL) expression
    ;

roleOption
    : ENCRYPTED? PASSWORD (stringLiteral | NULL)
    | VALID UNTIL stringLiteral
    | CONNECTION LIMIT MINUS? INTEGER
    | label optionGroup?
    ;

identifierOrUser: identifier | CURRENT_USER | SESSION_USER | CURRENT_ROLE | USER;

// WITH (name = value, …)
optionList: WITH optionGroup;

optionGroup: OPEN_PAREN (option (COMMA option)* COMMA?)? CLOSE_PAREN;

option
    : optionName EQUAL optionValue
    | optionName optionValue?
    | label label+ EQUAL? optionValue
    ;

optionName: (label | stringLiteral) (DOT label)*;

optionValue
    : SECRET qualifiedName (AS FILE)?
    | expression
    | reservedWord
    | joinWord
    | STAR
    ;

// ---------------------------------------------------------------- items

itemKind
    : TABLE | MATERIALIZED? VIEW | INDEX | SOURCE | SINK | SCHEMA | DATABASE | TYPE | FUNCTION | AGGREGATE | PROCEDURE
    | SUBSCRIPTION | CONNECTION | SECRET | USER | ROLE | CLUSTER REPLICA? | SEQUENCE | DOMAIN | EXTENSION | COLUMN
    | CONSTRAINT | NETWORK POLICY
    ;

dropStatement: DROP itemKind ifExists? dropTarget (COMMA dropTarget)* (CASCADE | RESTRICT)?;

dropTarget: qualifiedName (OPEN_PAREN (functionParameter (COMMA functionParameter)*)? CLOSE_PAREN)? | USER | CURRENT_USER;

alterStatement
    : ALTER SYSTEM (SET optionLabel (TO | EQUAL) setValues | RESET (ALL | optionLabel))
    | ALTER itemKind ifExists? (qualifiedName | identifierOrUser) (OPEN_PAREN (functionParameter (COMMA functionParameter)*)? CLOSE_PAREN)?
      alterAction (COMMA alterAction)*
    ;

alterAction
    : ADD tableConstraint                                                     # addConstraintAction
    | ADD COLUMN? ifNotExists? tableElement                                   # addColumnAction
    | DROP CONSTRAINT ifExists? identifier (CASCADE | RESTRICT)?              # dropConstraintAction
    | DROP COLUMN? ifExists? identifier (CASCADE | RESTRICT)?                 # dropColumnAction
    | ALTER COLUMN? identifier (SET DATA)? TYPE typeName (USING expression)?  # columnTypeAction
    | ALTER COLUMN? identifier (SET DEFAULT expression | DROP DEFAULT)        # columnDefaultAction
    | ALTER COLUMN? identifier (SET | DROP) NOT NULL                          # columnNullAction
    | RENAME COLUMN? identifier TO identifier                                 # renameColumnAction
    | RENAME TO qualifiedName                                                 # renameAction
    | SET SCHEMA identifier                                                   # schemaAction
    | OWNER TO identifierOrUser                                               # ownerAction
    | SWAP WITH qualifiedName                                                 # swapAction
    | SET optionGroup                                   # setOptionsAction
    | RESET OPEN_PAREN optionName (COMMA optionName)* CLOSE_PAREN                         # resetOptionsAction
    | SET optionLabel (TO | EQUAL) setValues DEFERRED?                        # setParameterAction
    | RESET (ALL | optionLabel) DEFERRED?                                     # resetParameterAction
    | (WITH | REFRESH | CONNECTOR | word) anyToken*                                                # otherAction
    ;

grantStatement
    : (GRANT | REVOKE (GRANT OPTION FOR)?) privilege (COMMA privilege)*
      (ON (ALL itemKindPlural IN SCHEMA | itemKind)? grantTarget (COMMA grantTarget)*)?
      (TO | FROM) grantee (COMMA grantee)* (WITH (GRANT | ADMIN) OPTION)? (GRANTED BY identifierOrUser)? (CASCADE | RESTRICT)?
    ;

privilege: (SELECT | CREATE | REFERENCES | ALL PRIVILEGES? | label) columnNames?;

grantTarget: qualifiedName (OPEN_PAREN (functionParameter (COMMA functionParameter)*)? CLOSE_PAREN)? | SYSTEM;

grantee: GROUP? identifierOrUser;

itemKindPlural
    : TABLES | MATERIALIZED? VIEWS | SOURCES | SINKS | FUNCTIONS | TYPES | SECRETS | CONNECTIONS | SUBSCRIPTIONS | INDEXES
    | SCHEMAS | SEQUENCES | DATABASES | ROLES | USERS | CLUSTERS
    ;

// ---------------------------------------------------------------- EXPLAIN, SHOW, SET

explainStatement
    : EXPLAIN ANALYZE? explainStage? explainOption* FOR? explainTarget
    | (DESCRIBE | DESC) qualifiedName
    ;

explainStage
    : (RAW | DECORRELATED | LOCALLY? OPTIMIZED | PHYSICAL) PLAN
    | FILTER label
    | TIMESTAMP
    | PLAN
    ;

explainOption
    : VERBOSE
    | optionGroup
    | optionList
    | AS VERBOSE? label
    ;

explainTarget
    : statement
    | REPLAN? itemKind qualifiedName
    ;

showStatement
    : SHOW CREATE itemKind qualifiedName
    | SHOW showModifier? showWhat ((FROM | IN | ON) showFrom)* (LIKE stringLiteral | WHERE expression)?
    | SHOW optionLabel
    | SHOW TIME ZONE
    | SHOW TRANSACTION ISOLATION LEVEL
    | SHOW ALL
    ;

showModifier: FULL | INTERNAL | REDACTED;

showWhat: itemKindPlural | COLUMNS | JOBS | CURSORS | SUBSCRIPTION CURSORS | PROCESSLIST | OBJECTS | CLUSTER REPLICAS;

showFrom: CLUSTER identifier | qualifiedName;

setStatement
    : SET (SESSION | LOCAL)? TIME ZONE setValue
    | SET (SESSION | LOCAL)? TRANSACTION transactionMode (COMMA? transactionMode)*
    | SET SESSION CHARACTERISTICS AS TRANSACTION transactionMode (COMMA? transactionMode)*
    | SET (SESSION | LOCAL)? (NAMES | SCHEMA) setValue
    | SET (SESSION | LOCAL)? (ROLE | SESSION AUTHORIZATION) setValue
    | SET (SESSION | LOCAL)? optionLabel (TO | EQUAL) setValues
    | RESET (ALL | TIME ZONE | optionLabel)
    | USE identifier
    ;

optionLabel: label (DOT label)*;

setValues: setValue (COMMA setValue)*;

setValue: expression | reservedWord | joinWord;

// ---------------------------------------------------------------- transactions, cursors, session

transactionStatement
    : BEGIN (WORK | TRANSACTION)? (transactionMode (COMMA? transactionMode)*)?
    | START TRANSACTION (transactionMode (COMMA? transactionMode)*)?
    | (COMMIT | END) (WORK | TRANSACTION)? (AND NO? CHAIN)?
    | (ROLLBACK | ABORT) (WORK | TRANSACTION)? (AND NO? CHAIN)?
    | (ROLLBACK | ABORT) (WORK | TRANSACTION)? TO SAVEPOINT? identifier
    | SAVEPOINT identifier
    | RELEASE SAVEPOINT? identifier
    ;

transactionMode
    : ISOLATION LEVEL (SERIALIZABLE | REPEATABLE READ | READ COMMITTED | READ UNCOMMITTED | label label)
    | READ (ONLY | WRITE)
    | NOT? DEFERRABLE
    ;

cursorStatement
    : DECLARE identifier SUBSCRIPTION CURSOR FOR qualifiedName (FULL | SINCE expression)?
    | DECLARE identifier cursorOption* CURSOR ((WITH | WITHOUT) HOLD)? FOR (queryStatement | subscribeStatement)
    | (FETCH | MOVE) fetchDirection? (FROM | IN)? identifier optionList?
    | CLOSE (ALL | identifier)
    ;

cursorOption: BINARY | INSENSITIVE | ASENSITIVE | NO? SCROLL;

fetchDirection
    : NEXT | PRIOR | FIRST | LAST
    | (ABSOLUTE | RELATIVE) MINUS? INTEGER
    | (FORWARD | BACKWARD) (ALL | INTEGER)?
    | ALL
    | MINUS? INTEGER
    ;

sessionStatement
    : PREPARE identifier (OPEN_PAREN typeName (COMMA typeName)* CLOSE_PAREN)? AS statement          # prepareStatement
    | EXECUTE identifier (OPEN_PAREN expressionList? CLOSE_PAREN)?                                  # executeStatement
    | DEALLOCATE PREPARE? (ALL | identifier)                                            # deallocateStatement
    | DISCARD (ALL | PLANS | SEQUENCES | TEMP | TEMPORARY)                              # discardStatement
    | TRUNCATE TABLE? ONLY? qualifiedName (COMMA qualifiedName)* (CASCADE | RESTRICT)?  # truncateStatement
    | FLUSH                                                                             # flushStatement
    | WAIT                                                                              # waitStatement
    | RECOVER                                                                           # recoverStatement
    | CHECKPOINT                                                                        # checkpointStatement
    | (ANALYZE | ANALYSE | VACUUM) (FULL | FREEZE | VERBOSE | ANALYZE)*
      (qualifiedName (COMMA qualifiedName)*)?                                           # maintenanceStatement
    | LISTEN identifier                                                                 # listenStatement
    | UNLISTEN (STAR | identifier)                                                      # unlistenStatement
    | NOTIFY identifier (COMMA stringLiteral)?                                          # notifyStatement
    | LOCK TABLE? ONLY? qualifiedName (COMMA qualifiedName)* (IN lockMode MODE)? NOWAIT?  # lockStatement
    | CALL qualifiedName callArguments                                                  # callStatement
    | DO (LANGUAGE identifier)? stringLiteral (LANGUAGE identifier)?                    # doStatement
    | COMMENT ON itemKind qualifiedName (OPEN_PAREN (functionParameter (COMMA functionParameter)*)? CLOSE_PAREN)?
      IS (stringLiteral | NULL)                                                         # commentStatement
    | (KILL literal | CANCEL (JOB | JOBS) expressionList)                               # cancelStatement
    ;

lockMode: label+;

// Statements we know by their first words only.
otherStatement
    : CREATE orReplace? otherItem anyToken*
    | REFRESH anyToken*
    | SHOW word label anyToken*
    | ALTER DEFAULT PRIVILEGES anyToken*
    ;

otherItem
    : CLUSTER | SEQUENCE | EXTENSION | DOMAIN | TRIGGER | NETWORK POLICY | POLICY | COLLATION | CAST | OPERATOR
    | PROCEDURE | FRAGMENT | CLUSTER REPLICA
    ;

anyToken: ~SEMICOLON;

// ---------------------------------------------------------------- names

qualifiedName: identifier (DOT label)*;

functionName: plainName | joinWord;

plainName: plainIdentifier (DOT label)*;

identifierList: identifier (COMMA identifier)*;

// Where a bare name may follow an expression: not a word that continues or ends the expression.
bareLabel: word | freeWord | callWord | quotedIdentifier;

// Where a bare name may follow a relation.
bareAlias: word | freeWord | intervalField | FILTER | OVER | callWord | quotedIdentifier;

identifier: plainIdentifier | callWord;

// A name that may stand before a parenthesis and make a call.
plainIdentifier: word | freeWord | boundWord | quotedIdentifier;

// After AS or a dot every word is a name.
label: word | freeWord | boundWord | callWord | joinWord | reservedWord | quotedIdentifier;

word: WORD;

quotedIdentifier: QUOTED_IDENTIFIER | UNICODE_IDENTIFIER (UESCAPE STRING)?;

// Words with a form of call of their own.
callWord
    : COALESCE | EXTRACT | GREATEST | INTERVAL | LEAST | LIST | MAP | NULLIF | OVERLAY | POSITION | ROW |
    SUBSTRING | TRIM | CURRENT_DATABASE
    ;

// Reserved, but functions before a parenthesis.
joinWord
    : AUTHORIZATION | BINARY | COLLATION | FULL | ILIKE | INNER | ISNULL | LEFT | LIKE | NOTNULL | OVERLAPS |
    RIGHT
    ;

reservedWord
    : ALL | ANALYSE | ANALYZE | AND | ANY | ARRAY | AS | ASC | ASOF | ASYMMETRIC | BOTH | CASE | CAST | CHECK |
    COLLATE | CONSTRAINT | CREATE | CROSS | CURRENT_CATALOG | CURRENT_DATE | CURRENT_ROLE | CURRENT_SCHEMA |
    CURRENT_TIME | CURRENT_TIMESTAMP | CURRENT_USER | DEFAULT | DEFERRABLE | DESC | DISTINCT | DO | ELSE | END |
    EXCEPT | FALSE | FETCH | FOR | FOREIGN | FREEZE | FROM | GRANT | GROUP | HAVING | IN | INITIALLY | INTERSECT
    | INTO | IS | JOIN | LATERAL | LEADING | LIMIT | LOCALTIME | LOCALTIMESTAMP | NATURAL | NOT | NULL | OF |
    OFFSET | ON | ONLY | OR | ORDER | OUTER | PLACING | PRIMARY | REFERENCES | RETURNING | SELECT | SESSION_USER
    | SIMILAR | SOME | SYMMETRIC | SYSTEM_USER | TABLE | TABLESAMPLE | THEN | TO | TRAILING | TRUE | UNION |
    UNIQUE | USER | USING | VARIADIC | VERBOSE | WHEN | WHERE | WINDOW | WITH
    ;

// Names anywhere but as a bare label or alias.
boundWord
    : YEARS | MONTHS | DAYS | HOURS | MINUTES | SECONDS | AT | BETWEEN | DAY | EMIT | ENVELOPE | ESCAPE | FILTER | HOUR | IGNORE | MINUTE | MONTH | OPERATOR |
    OPTIONS | OVER | PRECISION | RESPECT | SECOND | SET | UESCAPE | UP | VARYING | WITHIN | WITHOUT | YEAR
    ;

freeWord
    : CHANGELOG | ABORT | ABSOLUTE | ACTION | ADD | ADMIN | AFTER | AGGREGATE | ALTER | ALWAYS | APPEND | ASENSITIVE |
    BACKWARD | BEGIN | BIT | BY | CALL | CALLED | CANCEL | CASCADE | CHAIN | CHAR | CHARACTER | CHARACTERISTICS
    | CHECKPOINT | CLOSE | CLUSTER | CLUSTERS | COLUMN | COLUMNS | COMMENT | COMMIT | COMMITTED | CONCURRENTLY |
    CONFIG | CONFLICT | CONNECTION | CONNECTIONS | CONNECTOR | COPY | CORRESPONDING | COST | CSV | CUBE |
    CURRENT | CURSOR | CURSORS | DATA | DATABASE | DATABASES | DEALLOCATE | DEBEZIUM | DECLARE | DECORRELATED |
    DEFAULTS | DEFERRED | DELETE | DELIMITER | DESCRIBE | DETERMINISTIC | DISCARD | DISTRIBUTED | DOMAIN |
    DOUBLE | DROP | EACH | ENCODE | ENCODING | ENCRYPTED | ENGINE | ENUM | ERROR | EXCLUDE | EXCLUSIVE | EXECUTE
    | EXISTS | EXPLAIN | EXTENSION | FILE | FIRST | FLUSH | FOLLOWING | FORCE | FORMAT | FORWARD | FRAGMENT |
    FRAGMENTS | FUNCTION | FUNCTIONS | GAP | GENERATED | GRANTED | GROUPING | GROUPS | HEADER | HISTORY | HOLD |
    IDENTITY | IF | IMMEDIATE | IMMUTABLE | INCLUDE | INCLUDING | INDEX | INDEXES | INHERIT | INPUT |
    INSENSITIVE | INSERT | INTERNAL | ISOLATION | JOB | JOBS | JSON | KEY | KILL | LANGUAGE | LAST | LEVEL |
    LISTEN | LOCAL | LOCALLY | LOCK | LOCKED | MATCH | MATERIALIZED | MODE | MOVE | MUTUALLY | NAMES | NATIONAL
    | NETWORK | NEXT | NO | NONE | NORMALIZE | NOTHING | NOTIFY | NOWAIT | NULLS | OBJECT | OBJECTS | OPTIMIZED
    | OPTION | ORDINALITY | OTHERS | OVERWRITE | OWNER | PARALLEL | PARTITION | PASSWORD | PHYSICAL | PLAN |
    PLANS | POLICY | PRECEDING | PREPARE | PRIOR | PRIVILEGES | PROCEDURE | PROCESSLIST | RANGE | RAW | READ |
    RECOVER | RECURSION | RECURSIVE | REDACTED | REFRESH | RELATIVE | RELEASE | RENAME | REPEATABLE | REPLACE |
    REPLAN | REPLICA | REPLICAS | RESET | RESTRICT | RETURN | RETURNS | REVOKE | ROLE | ROLES | ROLLBACK |
    ROLLUP | ROWS | SAVEPOINT | SCALAR | SCHEMA | SCHEMAS | SCROLL | SECRET | SECRETS | SECURITY | SEQUENCE |
    SEQUENCES | SERIALIZABLE | SESSION | SETOF | SETS | SHARE | SHOW | SIMPLE | SINCE | SINK | SINKS |
    SKIP_KEYWORD | SNAPSHOT | SOURCE | SOURCES | STABLE | START | STATEMENT | STDIN | STDOUT | STORED | STRICT |
    STRUCT | SUBSCRIBE | SUBSCRIPTION | SUBSCRIPTIONS | SWAP | SYSTEM | SYSTEM_TIME | TABLES | TEMP | TEMPORARY
    | TEXT | TIES | TIME | TIMESTAMP | TRACE | TRANSACTION | TREAT | TRIGGER | TRUNCATE | TTL | TYPE | TYPES |
    UNBOUNDED | UNCOMMITTED | UNKNOWN | UNLISTEN | UNTIL | UPDATE | UPSERT | USE | USERS | VACUUM | VALID |
    VALUE | VALUES | VERSION | VIEW | VIEWS | VOLATILE | WAIT | WATERMARK | WORK | WRITE | ZONE
    ;
